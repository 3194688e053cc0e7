// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.server.Server;
import io.thousandisland.server.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.felix.hc.api.HealthCheck;
import org.junit.jupiter.api.Test;

/** The page {@code docs/operators.md} tells verdicts and keys as they are. */
class PageTest {

  private static final Pattern VERDICT =
      Pattern.compile("(?m)^\\| `([A-Z]+)` \\| ([A-Z_]+)[^|]* \\| ([A-Z_]+) \\|$");
  private static final Pattern KEY =
      Pattern.compile("(?m)^\\| `([a-z]+)` \\| (?:`([A-Z_]+)`|none) \\| [^|]+ \\|$");

  private static String page() throws Exception {
    return Files.readString(Path.of("..", "..", "docs", "operators.md"));
  }

  @Test
  void pageTellsTheVerdictOnEachStatus() throws Exception {
    var listed = new TreeMap<String, String>();
    VERDICT
        .matcher(page())
        .results()
        .forEach(row -> listed.put(row.group(1), row.group(2) + " " + row.group(3)));
    var found = new TreeMap<String, String>();
    for (Status status : Status.values()) {
      // a server that runs has a reason only when something is wrong all the same
      Server server =
          new StatedServer("one", status, status == Status.RUNNING ? "" : "why").server();
      found.put(status.name(), verdict(readiness(server)) + " " + verdict(liveness(server)));
    }
    assertThat(listed).isEqualTo(found);
  }

  private static String verdict(HealthCheck check) {
    return check.execute().getStatus().name();
  }

  private static HealthCheck readiness(Server server) {
    var check = new ReadinessCheck(Settings.of(ReadinessCheck.Settings.class, Map.of()), Map.of());
    check.servers = List.of(server);
    return check;
  }

  private static HealthCheck liveness(Server server) {
    var check = new LivenessCheck(Settings.of(LivenessCheck.Settings.class, Map.of()), Map.of());
    check.servers = List.of(server);
    return check;
  }

  @Test
  void pageListsTheKeysOfBothConfigurationsWithTheirDefaults() throws Exception {
    assertThat(listed(ReadinessCheck.PID)).isEqualTo(keys(ReadinessCheck.Settings.class));
    assertThat(listed(LivenessCheck.PID)).isEqualTo(keys(LivenessCheck.Settings.class));
  }

  private static Map<String, String> listed(String pid) throws Exception {
    String section = page().split("The PID `" + Pattern.quote(pid) + "`:\n\n", 2)[1];
    return KEY.matcher(section.split("\n\n", 2)[0])
        .results()
        .collect(
            Collectors.toMap(row -> row.group(1), row -> row.group(2) == null ? "" : row.group(2)));
  }

  private static Map<String, String> keys(Class<?> settings) {
    return Stream.of(settings.getDeclaredMethods())
        .collect(
            Collectors.toMap(
                key -> key.getName(),
                key -> key.getDefaultValue() instanceof String text ? text : ""));
  }
}
