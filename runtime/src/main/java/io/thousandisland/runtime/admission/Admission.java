// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.admission;

import io.thousandisland.runtime.settings.AccessSettings;
import io.thousandisland.runtime.settings.LimitSettings;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.signals.DeadlineSweeper;
import io.thousandisland.server.Limit;
import io.thousandisland.transport.TransportSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The admission of connections to one server: limits, lists of addresses, and the count of those
 * that were refused.
 *
 * <p>A connection is admitted in three steps. Before the accept, the acceptor takes a place of the
 * server ({@link #permits}) and one off the rate, because a client that must wait is to wait in the
 * kernel. After the accept the address is known, and {@link #admit} looks at it. The {@link Seat}
 * then holds the places until the connection is closed.
 *
 * <p>Thread: any; only the server's own thread changes settings.
 */
public final class Admission {

  /** The places of the whole server. */
  public final Permits permits;

  /** The live connections. */
  public final Headcount headcount = new Headcount();

  private final Supplier<ServerSettings> settings;
  private final DeadlineSweeper sweeper;
  private final AcceptRate rate = new AcceptRate();
  private final CrowdAlarm alarm = new CrowdAlarm();
  private final Map<Limit, LongAdder> refused = new EnumMap<>(Limit.class);

  /** Null while places of addresses are not limited. Replaced by the server's own thread. */
  private volatile @Nullable AddressPlaces addresses;

  /**
   * @param settings gives the settings in force
   */
  public Admission(Supplier<ServerSettings> settings, DeadlineSweeper sweeper) {
    this.settings = settings;
    this.sweeper = sweeper;
    LimitSettings limits = limits();
    this.permits = new Permits(limits.maxConnections());
    this.addresses = limits.perAddress() == 0 ? null : new AddressPlaces(limits.ipv6Prefix());
    for (Limit limit : Limit.values()) {
      refused.put(limit, new LongAdder());
    }
  }

  private LimitSettings limits() {
    return settings.get().limits();
  }

  /**
   * The settings in force have changed. Wakes acceptors that wait for a place, so it comes last.
   *
   * @return whether each living connection is to {@link Seat#countAddress}
   */
  public boolean changed(LimitSettings before) {
    LimitSettings now = limits();
    AddressPlaces counted = addresses;
    boolean counts = now.perAddress() > 0;
    boolean recount =
        counts ? counted == null || counted.ipv6Prefix() != now.ipv6Prefix() : counted != null;
    if (recount) {
      addresses = counts ? new AddressPlaces(now.ipv6Prefix()) : null;
    }
    if (before.acceptRate() != now.acceptRate() || before.acceptBurst() != now.acceptBurst()) {
      rate.reset();
    }
    permits.limit(now.maxConnections());
    return recount;
  }

  @Nullable AddressPlaces addresses() {
    return addresses;
  }

  // ---- before the accept

  /** Takes one off the rate: 0 when that was possible, else the nanoseconds until it is. */
  public long tryTakeRate() {
    LimitSettings now = limits();
    int perSecond = now.acceptRate();
    if (perSecond == 0) {
      return 0;
    }
    int burst = now.acceptBurst() == 0 ? perSecond : now.acceptBurst();
    return rate.tryTake(sweeper.now(), perSecond, burst);
  }

  /** Gives back what {@link #tryTakeRate} took: no connection came, or it was refused. */
  public void giveRateBack() {
    int perSecond = limits().acceptRate();
    if (perSecond > 0) {
      rate.giveBack(perSecond);
    }
  }

  // ---- after the accept

  /**
   * The answer to a connection that was accepted: a seat, or the limit because of which it is
   * refused.
   */
  public record Answer(@Nullable Seat seat, @Nullable Limit refused) {}

  /** Admits a connection for which the caller holds a permit, or refuses it. */
  public Answer admit(TransportSocket accepted) {
    Seat seat = seat();
    Limit refused = admit(seat, accepted.remoteAddress());
    return new Answer(refused == null ? seat : null, refused);
  }

  /** A seat for a connection whose address is not judged yet; the caller holds a permit. */
  public Seat seat() {
    return new Seat(this);
  }

  /**
   * Admits the client at {@code remote} to the seat of its connection: null. Else the limit because
   * of which it is refused.
   */
  public @Nullable Limit admit(Seat seat, SocketAddress remote) {
    AccessSettings access = settings.get().access();
    int most = limits().perAddress();
    // while a change to no limit is under way, the new limit of 0 may be seen first
    AddressPlaces counted = most == 0 ? null : addresses;
    if (access.isOpen() && counted == null) {
      return null;
    }
    InetAddress address = ip(remote);
    if (address == null) {
      return null;
    }
    if (!access.allows(address)) {
      return Limit.ACCESS;
    }
    if (counted == null) {
      return null;
    }
    AddressPlaces.Ticket ticket = counted.tryEnter(address, most);
    if (ticket == null) {
      return Limit.CONNECTIONS_PER_ADDRESS;
    }
    seat.take(ticket);
    return null;
  }

  /** Null for an address that is no IP address. */
  static @Nullable InetAddress ip(SocketAddress remote) {
    return remote instanceof InetSocketAddress at ? at.getAddress() : null;
  }

  /** Counts a refusal. */
  public void refused(Limit because) {
    LongAdder count = refused.get(because);
    if (count != null) {
      count.increment();
    }
  }

  /** The number of refusals so far, of each limit that has refused a connection. */
  public Map<Limit, Long> refusals() {
    var counts = new EnumMap<Limit, Long>(Limit.class);
    refused.forEach(
        (limit, count) -> {
          if (count.sum() > 0) {
            counts.put(limit, count.sum());
          }
        });
    return counts;
  }

  /**
   * A connection has come to live.
   *
   * @return whether the alarm sounds
   */
  public boolean entered() {
    int count = headcount.enter();
    return alarm.sounds(count, settings.get().alarm(), sweeper.now());
  }
}
