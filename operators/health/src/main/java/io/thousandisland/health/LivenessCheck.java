// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.health;

import io.thousandisland.server.Server;
import io.thousandisland.server.ServerInfo;
import java.util.List;
import java.util.Map;
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
 * The health check that tells whether the process should be restarted. By default nothing that it
 * sees asks for that: a FAILED server tries again by itself, a restart does not free its port or
 * correct its configuration, and would end the connections of all servers. A server that cannot
 * even answer keeps the check from answering in time.
 *
 * <p>Thread: any.
 */
@Component(
    name = LivenessCheck.PID,
    property = {
      HealthCheck.NAME + "=Thousand Island: every server is alive",
      HealthCheck.TAGS + "=liveness",
      HealthCheck.TAGS + "=thousandisland",
      HealthCheck.RESULT_CACHE_TTL_IN_MS + ":Long=0"
    })
@Designate(ocd = LivenessCheck.Settings.class)
public final class LivenessCheck implements HealthCheck {

  static final String PID = "io.thousandisland.health.liveness";

  /** The configuration. */
  @ObjectClassDefinition(id = PID, name = "Thousand Island: liveness")
  public @interface Settings {
    @AttributeDefinition(
        name = "Answer for a FAILED server",
        description = "OK, WARN, TEMPORARILY_UNAVAILABLE or CRITICAL")
    String failed() default "WARN";

    @AttributeDefinition(
        name = "Answer without a server",
        description = "OK, WARN, TEMPORARILY_UNAVAILABLE or CRITICAL")
    String none() default "OK";
  }

  private final StatusKey failed;
  private final StatusKey none;
  private final List<String> faults;

  /** Replaced by Declarative Services, read by the callers of {@link #execute}. */
  @Reference volatile List<Server> servers = List.of();

  @Activate
  public LivenessCheck(Settings settings, Map<String, Object> properties) {
    this.failed = new StatusKey("failed", settings.failed());
    this.none = new StatusKey("none", settings.none());
    this.faults = Faults.of(Settings.class, properties, failed, none);
  }

  /** A fault of the configuration is a warning: a typing error must not restart a process. */
  @Override
  public Result execute() {
    var findings = new Findings();
    if (findings.servers(servers, this::verdict).isEmpty()) {
      findings.say(none.status().orElse(Status.WARN), "there is no server");
    }
    findings.say(Status.WARN, faults);
    return findings.result();
  }

  private Status verdict(ServerInfo info) {
    return info.status() == io.thousandisland.server.Status.FAILED
        ? failed.status().orElse(Status.WARN)
        : Status.OK;
  }
}
