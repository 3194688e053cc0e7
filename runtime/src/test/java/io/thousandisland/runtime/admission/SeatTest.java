// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.runtime.settings.LimitSettings;
import io.thousandisland.runtime.settings.LimitSettings.WhenReached;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.signals.DeadlineSweeper;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rule S1: the place of an address, when a seat gets it late or twice, as behind a proxy. */
class SeatTest {

  private static final InetAddress ADDRESS = InetAddress.getLoopbackAddress();

  private final DeadlineSweeper sweeper = new DeadlineSweeper();
  private final ServerSettings settings =
      ServerSettings.defaults("test")
          .with(new LimitSettings(10, WhenReached.PARK).withShares(0, 5));
  private final Admission admission = new Admission(() -> settings, sweeper);
  private final AddressPlaces places = Objects.requireNonNull(admission.addresses());
  private final Seat seat = admission.seat();

  @AfterEach
  void close() {
    sweeper.close();
  }

  private AddressPlaces.Ticket enter(int most) {
    return Objects.requireNonNull(places.tryEnter(ADDRESS, most));
  }

  private int taken() {
    for (int most = 1; ; most++) {
      AddressPlaces.Ticket one = places.tryEnter(ADDRESS, most);
      if (one != null) {
        one.leave();
        return most - 1;
      }
    }
  }

  /** A change of the settings has counted the address in the moment before. */
  @Test
  void k14SecondPlaceOfTheAddressIsGivenBackAtOnce() {
    seat.countAddress(new InetSocketAddress(ADDRESS, 1));
    assertThat(taken()).isOne();
    seat.take(enter(2));
    assertThat(taken()).isOne();
    seat.free();
    assertThat(taken()).isZero();
  }

  /** The connection was closed by force while its header was read. */
  @Test
  void k14SeatThatIsFreeTakesNoPlaceOfAnAddress() {
    seat.free();
    seat.take(enter(1));
    seat.countAddress(new InetSocketAddress(ADDRESS, 1));
    assertThat(taken()).isZero();
  }
}
