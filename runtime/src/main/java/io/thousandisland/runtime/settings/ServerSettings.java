// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.settings;

import java.time.Duration;
import java.util.Map;

/**
 * One server's configuration, validated: an instance is always sound. The compact constructors of
 * these records are the only validators. {@code SettingsReader} turns configuration into these
 * records, and reports the exceptions that they throw.
 *
 * <p>Defaults are those of Thousand Island where it has them.
 *
 * @param options the options for handlers, without their prefix. They may hold secrets
 */
public record ServerSettings(
    String name,
    ListenSettings listen,
    int acceptors,
    LimitSettings limits,
    Timeouts timeouts,
    LeaveSettings leave,
    PaceSettings pace,
    Policies policies,
    BufferSettings buffers,
    RestartSettings restarts,
    AccessSettings access,
    AlarmSettings alarm,
    ProxySettings proxy,
    Map<String, String> options) {

  public ServerSettings {
    options = Map.copyOf(options);
    Checks.text("name", name, "a name of at least one character");
    Checks.between("acceptors", acceptors, 1, 1_024);
    if (listen.sockets() > acceptors) {
      throw new InvalidSetting(
          "listenSockets",
          listen.sockets(),
          "at most the number of acceptors (" + acceptors + "): each channel needs one");
    }
    Duration spread = leave.spread();
    if (spread.isPositive() && spread.compareTo(timeouts.drain()) > 0) {
      throw new InvalidSetting(
          "drainSpread",
          Timeouts.text(spread),
          "at most drainTimeout (" + Timeouts.text(timeouts.drain()) + ")");
    }
  }

  /** Without the options for handlers, which may hold secrets. */
  @Override
  public String toString() {
    return "settings of " + name;
  }

  /** The settings of a server of which only the name is known. */
  public static ServerSettings defaults(String name) {
    return new ServerSettings(
        name,
        ListenSettings.DEFAULT,
        10,
        LimitSettings.DEFAULT,
        Timeouts.DEFAULT,
        LeaveSettings.DEFAULT,
        PaceSettings.DEFAULT,
        Policies.DEFAULT,
        BufferSettings.DEFAULT,
        RestartSettings.DEFAULT,
        AccessSettings.DEFAULT,
        AlarmSettings.DEFAULT,
        ProxySettings.DEFAULT,
        Map.of());
  }

  /** The same, listening elsewhere. */
  public ServerSettings with(ListenSettings other) {
    return new ServerSettings(
        name, other, acceptors, limits, timeouts, leave, pace, policies, buffers, restarts, access,
        alarm, proxy, options);
  }

  /** The same with another number of acceptors. */
  public ServerSettings withAcceptors(int other) {
    return new ServerSettings(
        name, listen, other, limits, timeouts, leave, pace, policies, buffers, restarts, access,
        alarm, proxy, options);
  }

  /** The same with other limits. */
  public ServerSettings with(LimitSettings other) {
    return new ServerSettings(
        name, listen, acceptors, other, timeouts, leave, pace, policies, buffers, restarts, access,
        alarm, proxy, options);
  }

  /** The same with other timeouts. */
  public ServerSettings with(Timeouts other) {
    return new ServerSettings(
        name, listen, acceptors, limits, other, leave, pace, policies, buffers, restarts, access,
        alarm, proxy, options);
  }

  /** The same with another pace. */
  public ServerSettings with(PaceSettings other) {
    return new ServerSettings(
        name, listen, acceptors, limits, timeouts, leave, other, policies, buffers, restarts,
        access, alarm, proxy, options);
  }

  /** The same with other policies. */
  public ServerSettings with(Policies other) {
    return new ServerSettings(
        name, listen, acceptors, limits, timeouts, leave, pace, other, buffers, restarts, access,
        alarm, proxy, options);
  }

  /** The same with other buffers. */
  public ServerSettings with(BufferSettings other) {
    return new ServerSettings(
        name, listen, acceptors, limits, timeouts, leave, pace, policies, other, restarts, access,
        alarm, proxy, options);
  }

  /** The same with another restart budget. */
  public ServerSettings with(RestartSettings other) {
    return new ServerSettings(
        name, listen, acceptors, limits, timeouts, leave, pace, policies, buffers, other, access,
        alarm, proxy, options);
  }

  /** The same with other options for handlers. */
  public ServerSettings with(Map<String, String> other) {
    return new ServerSettings(
        name, listen, acceptors, limits, timeouts, leave, pace, policies, buffers, restarts, access,
        alarm, proxy, other);
  }

  /** The same with other addresses that may connect. */
  public ServerSettings with(AccessSettings other) {
    return new ServerSettings(
        name, listen, acceptors, limits, timeouts, leave, pace, policies, buffers, restarts, other,
        alarm, proxy, options);
  }

  /** The same with another alarm. */
  public ServerSettings with(AlarmSettings other) {
    return new ServerSettings(
        name, listen, acceptors, limits, timeouts, leave, pace, policies, buffers, restarts, access,
        other, proxy, options);
  }

  /** The same with another way to leave. */
  public ServerSettings with(LeaveSettings other) {
    return new ServerSettings(
        name, listen, acceptors, limits, timeouts, other, pace, policies, buffers, restarts, access,
        alarm, proxy, options);
  }

  /** The same with other headers of proxies. */
  public ServerSettings with(ProxySettings other) {
    return new ServerSettings(
        name, listen, acceptors, limits, timeouts, leave, pace, policies, buffers, restarts, access,
        alarm, other, options);
  }
}
