// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@EnabledOnOs(OS.LINUX)
class CrowdTest {

  private static final int CROWD = 10_000;
  private static final int DESCRIPTORS = CROWD + 200;

  @TempDir Path home;

  @ParameterizedTest
  @EnumSource
  void tenThousandIdleConnectionsAreCheapAndAllStillServed(Framework framework) throws Exception {
    long limit = descriptorLimit();
    assumeTrue(
        limit >= DESCRIPTORS, "needs " + DESCRIPTORS + " open files, `ulimit -n` allows " + limit);
    Launch launch = Launch.of(framework, home);
    Files.createDirectories(launch.deploy());
    Files.writeString(
        launch.deploy().resolve("io.thousandisland.server-patient.cfg"),
        """
        port = 0
        handler.target = (handler.name=echo)
        readTimeout = 10m
        """);
    try (var server = launch.start()) {
      int port = server.port("patient");
      try (var client = new Client(port)) {
        assertThat(client.ask("warm")).isEqualTo("warm");
      }
      Memory empty = Memory.of(server);

      try (var crowd = new CrowdProcess(port, CROWD)) {
        Memory full = Memory.of(server);
        long each = (full.heapBytes() - empty.heapBytes()) / CROWD;
        System.out.printf(
            "%s: %,d idle connections: %,d bytes of live heap each; %,d KB resident, %,d before%n",
            framework, CROWD, each, full.residentKilobytes(), empty.residentKilobytes());

        crowd.echo();

        assertThat(each).as("bytes of live heap for each idle connection").isBetween(100L, 6_000L);
      }
      server.saidNoStackTrace();
    }
  }

  /** The limit of this JVM; the processes that it starts have the same limit. */
  private static long descriptorLimit() {
    return ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class)
        .getMaxFileDescriptorCount();
  }
}
