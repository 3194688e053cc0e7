// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisabledOnOs(OS.WINDOWS)
class DescriptorsTest {

  /** A server that has started holds about 60. */
  private static final int LIMIT = 120;

  /** Too few for the bundles of the server. */
  private static final int TOO_FEW = 40;

  @TempDir Path home;

  @ParameterizedTest
  @EnumSource
  void a1a2ServerThatIsOutOfDescriptorsServesWhomItHasAndLaterWhoWaited(Framework framework)
      throws Exception {
    Launch launch = limited(framework, LIMIT).with(ServerProcess.TELLS_WHEN_STARTED);
    List<Client> clients = new ArrayList<>();
    try (var server = launch.start()) {
      int port = server.port("echo");
      server.awaitStarted(); // otherwise its last bundles find no descriptor
      for (int i = 0; i < LIMIT + 20; i++) { // more than can ever have a descriptor in the server
        clients.add(new Client(port));
      }
      Client first = clients.getFirst();
      Client last = clients.getLast();
      last.send("waited");

      server.awaitLog("WARN .*echo: out of file descriptors");
      assertThat(first.ask("existing")).isEqualTo("existing");
      assertThat(last.available()).isZero();

      for (Client leaving : clients.subList(1, LIMIT)) {
        leaving.close();
      }
      assertThat(last.reply(6)).isEqualTo("waited");
      try (var later = new Client(port)) {
        assertThat(later.ask("later")).isEqualTo("later");
      }
      assertThat(first.ask("still")).isEqualTo("still");

      assertThat(server.alive()).isTrue();
      assertThat(server.out().all())
          .noneMatch(line -> line.contains("restarted") || line.contains("FAILED"));
      server.saidNoStackTraceOfOurs();
    } finally {
      for (Client client : clients) {
        client.close();
      }
    }
  }

  private Launch limited(Framework framework, int descriptors) {
    return Launch.of(framework, home)
        .under("bash", "-c", "ulimit -n " + descriptors + "; exec \"$@\"", "bash");
  }

  /** A service manager starts a process again only if its exit code tells of a failure. */
  @ParameterizedTest
  @EnumSource
  void serverThatCannotMakeItsFilesEndsWithAFailure(Framework framework) throws Exception {
    try (var server = limited(framework, TOO_FEW).start()) {
      assertThat(server.exit(ServerProcess.PATIENCE)).isEqualTo(1);
    }
  }
}
