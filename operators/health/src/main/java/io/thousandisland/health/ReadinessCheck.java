// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.health;

import io.thousandisland.server.Server;
import io.thousandisland.server.ServerInfo;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * The health check that tells whether clients may come: every server is RUNNING. A server that
 * drains is not ready, also while it still accepts as a lame duck.
 *
 * <p>Its answer is made each time: a cached one would send clients to a lame duck.
 *
 * <p>Thread: any.
 */
@Component(
    name = ReadinessCheck.PID,
    property = {
      HealthCheck.NAME + "=Thousand Island: every server is ready",
      HealthCheck.TAGS + "=readiness",
      HealthCheck.TAGS + "=thousandisland",
      HealthCheck.RESULT_CACHE_TTL_IN_MS + ":Long=0"
    })
@Designate(ocd = ReadinessCheck.Settings.class)
public final class ReadinessCheck implements HealthCheck {

  static final String PID = "io.thousandisland.health.readiness";

  /** The configuration. */
  @ObjectClassDefinition(id = PID, name = "Thousand Island: readiness")
  public @interface Settings {
    @AttributeDefinition(
        name = "Expected servers",
        description = "Names of servers that must be there, with commas between")
    String[] expect() default {};

    @AttributeDefinition(
        name = "Answer without a server",
        description = "OK, WARN, TEMPORARILY_UNAVAILABLE or CRITICAL")
    String none() default "TEMPORARILY_UNAVAILABLE";
  }

  private final List<String> expected;
  private final StatusKey none;
  private final List<String> faults;

  /** Replaced by Declarative Services, read by the callers of {@link #execute}. */
  @Reference volatile List<Server> servers = List.of();

  @Activate
  public ReadinessCheck(Settings settings, Map<String, Object> properties) {
    this.expected = names(settings.expect());
    this.none = new StatusKey("none", settings.none());
    this.faults = Faults.of(Settings.class, properties, none);
  }

  /** In a file of properties all names are one text, with commas. */
  private static List<String> names(String... texts) {
    return Stream.of(texts)
        .flatMap(text -> Stream.of(text.split(",", -1)))
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .toList();
  }

  @Override
  public Result execute() {
    var findings = new Findings();
    Set<String> names = findings.servers(servers, ReadinessCheck::verdict);
    for (String name : expected) {
      if (!names.contains(name)) {
        findings.say(
            Status.TEMPORARILY_UNAVAILABLE, "server " + name + ", which is expected, is not there");
      }
    }
    if (names.isEmpty() && expected.isEmpty()) {
      findings.say(none.status().orElse(Status.CRITICAL), "there is no server");
    }
    findings.say(Status.CRITICAL, faults);
    return findings.result();
  }

  private static Status verdict(ServerInfo info) {
    return switch (info.status()) {
      case RUNNING -> info.reason().isEmpty() ? Status.OK : Status.WARN;
      case STARTING, WAITING, SUSPENDED, DRAINING, STOPPED -> Status.TEMPORARILY_UNAVAILABLE;
      case FAILED -> Status.CRITICAL;
    };
  }
}
