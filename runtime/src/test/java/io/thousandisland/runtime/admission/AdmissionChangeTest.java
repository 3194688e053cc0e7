// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.runtime.settings.AlarmSettings;
import io.thousandisland.runtime.settings.LimitSettings;
import io.thousandisland.runtime.settings.LimitSettings.WhenReached;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.signals.DeadlineSweeper;
import io.thousandisland.transport.TransportSocket;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Changes of the settings at the worst moment. */
class AdmissionChangeTest {

  private static ServerSettings perAddress(int most) {
    return ServerSettings.defaults("test")
        .with(new LimitSettings(10, WhenReached.PARK).withShares(0, most));
  }

  private static TransportSocket accepted() {
    return (TransportSocket)
        Proxy.newProxyInstance(
            TransportSocket.class.getClassLoader(),
            new Class<?>[] {TransportSocket.class},
            (proxy, method, args) -> new InetSocketAddress("127.0.0.1", 1));
  }

  /** The settings in force change before the admission hears of it. */
  @Test
  void s1LimitForAnAddressThatIsTakenAwayRefusesNobodyInTheMomentOfTheChange() {
    var settings = new AtomicReference<>(perAddress(2));
    try (var sweeper = new DeadlineSweeper()) {
      var admission = new Admission(settings::get, sweeper);
      assertThat(admission.admit(accepted()).seat()).isNotNull();
      settings.set(perAddress(0));
      assertThat(admission.admit(accepted()).refused()).isNull();
    }
  }

  @Test
  void v14ShorterCooldownHoldsForAnAlarmThatHasSounded() {
    var alarm = new CrowdAlarm();
    var hour = new AlarmSettings(2, Duration.ofHours(1));
    assertThat(alarm.sounds(1, hour, 0)).isFalse();
    assertThat(alarm.sounds(2, hour, 0)).isTrue();
    assertThat(alarm.sounds(3, hour, 1_000_000_000)).isFalse();
    var second = new AlarmSettings(2, Duration.ofSeconds(1));
    assertThat(alarm.sounds(3, second, 1_000_000_000)).isTrue();
    assertThat(alarm.sounds(4, second, 1_999_999_999)).isFalse();
  }
}
