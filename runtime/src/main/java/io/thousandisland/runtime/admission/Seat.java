// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.admission;

import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The places that one connection takes: one of the server, one of its acceptor, and one of its
 * address if these are limited. They are free when the connection is closed or no longer counted.
 *
 * <p>Thread: any.
 */
public final class Seat {

  /** Null when the places are free. Guarded by this for writes. */
  private volatile @Nullable Admission admission;

  /** Guarded by this. */
  private @Nullable AcceptorPlaces acceptor;

  /** The place of the address; null when places of addresses are not counted. Guarded by this. */
  private AddressPlaces.@Nullable Ticket ticket;

  Seat(Admission admission) {
    this.admission = admission;
  }

  /** Takes the place of the address as well, unless a change of the settings has done so. */
  synchronized void take(AddressPlaces.Ticket place) {
    if (admission == null || ticket != null) {
      place.leave();
    } else {
      ticket = place;
    }
  }

  /** The connection belongs to an acceptor from now on. Called once. */
  public synchronized void at(AcceptorPlaces places) {
    acceptor = places;
    places.take();
  }

  /**
   * Counts the connection's address if addresses are counted now, and were not, or in another way,
   * when the connection was admitted.
   */
  public synchronized void countAddress(SocketAddress remote) {
    Admission mine = admission;
    if (mine == null) {
      return;
    }
    AddressPlaces current = mine.addresses();
    AddressPlaces.Ticket before = ticket;
    if ((before == null ? null : before.places()) == current) {
      return;
    }
    if (before != null) {
      before.leave();
    }
    ticket = current == null ? null : current.enter(remote);
  }

  /** Gives all places back. Idempotent. */
  public void free() {
    Admission mine;
    AcceptorPlaces places;
    synchronized (this) {
      mine = admission;
      if (mine == null) {
        return;
      }
      admission = null;
      if (ticket != null) {
        ticket.leave();
        ticket = null;
      }
      places = acceptor;
    }
    if (places != null) {
      places.free();
    }
    mine.permits.release();
  }

  /** Whether the connection takes places. */
  public boolean isTaken() {
    return admission != null;
  }
}
