// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Counters;
import io.thousandisland.server.ConnectionInfo;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ConnectionReportTest {

  private static final InetSocketAddress AT = new InetSocketAddress("::1", 7);

  private static ConnectionInfo connection(long id, long age, long unsent) {
    return new ConnectionInfo(
        id,
        1,
        1,
        AT,
        AT,
        new Counters(1, 1, 2, 1),
        Instant.EPOCH.minusSeconds(age),
        "",
        Duration.ZERO,
        0,
        unsent,
        Optional.empty(),
        true);
  }

  @Test
  void oldestAndSlowestOfManyAreFew() {
    List<ConnectionInfo> all =
        LongStream.rangeClosed(1, 1000).mapToObj(i -> connection(i, i, i % 7)).toList();
    assertThat(ConnectionReport.oldest(all))
        .extracting("id")
        .containsExactly(1000L, 999L, 998L, 997L, 996L);
    assertThat(ConnectionReport.slowest(all))
        .hasSize(ConnectionReport.MOST)
        .allSatisfy(facts -> assertThat(facts).containsEntry("unsent", 6L));
  }

  @Test
  void peersThatTakeEverythingAreNotSlow() {
    assertThat(ConnectionReport.slowest(List.of(connection(1, 1, 0)))).isEmpty();
  }

  @Test
  void addressIsWrittenShort() {
    assertThat(ConnectionReport.oldest(List.of(connection(1, 1, 0))).getFirst())
        .containsEntry("remote", "[::1]:7");
  }
}
