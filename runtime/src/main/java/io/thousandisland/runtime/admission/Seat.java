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

  private final Admission admission;

  /** Guarded by this. */
  private @Nullable AcceptorPlaces acceptor;

  /** The place of the address; null when places of addresses are not counted. Guarded by this. */
  private AddressPlaces.@Nullable Ticket ticket;

  /** Guarded by this for writes. */
  private volatile boolean free;

  Seat(Admission admission, AddressPlaces.@Nullable Ticket ticket) {
    this.admission = admission;
    this.ticket = ticket;
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
    AddressPlaces current = admission.addresses();
    AddressPlaces.Ticket mine = ticket;
    if (free || (mine == null ? null : mine.places()) == current) {
      return;
    }
    if (mine != null) {
      mine.leave();
    }
    ticket = current == null ? null : current.enter(remote);
  }

  /** Gives all places back. Idempotent. */
  public void free() {
    AcceptorPlaces places;
    synchronized (this) {
      if (free) {
        return;
      }
      free = true;
      if (ticket != null) {
        ticket.leave();
        ticket = null;
      }
      places = acceptor;
    }
    if (places != null) {
      places.free();
    }
    admission.permits.release();
  }

  /** Whether the connection takes places. */
  public boolean isTaken() {
    return !free;
  }
}
