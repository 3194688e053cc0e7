// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.component;

import io.thousandisland.runtime.choice.HandlerChoice;
import io.thousandisland.runtime.choice.ListenerChoice;
import io.thousandisland.runtime.choice.TransportChoice;
import io.thousandisland.runtime.configuration.FrameworkLimits;
import io.thousandisland.runtime.configuration.RefusedConfiguration;
import io.thousandisland.runtime.configuration.SettingsReader;
import io.thousandisland.runtime.configuration.SettingsText;
import io.thousandisland.runtime.configuration.Targets;
import io.thousandisland.runtime.server.ServerNode;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.signals.Later;
import io.thousandisland.runtime.supervision.Backoff;
import io.thousandisland.server.SettingInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of one server. The newest configuration applies as a whole, or not at all. When
 * it is wrong, the reasons are named and the previous configuration stays in force. A configuration
 * that may be accepted later is tried again.
 *
 * <p>Thread: any. One run at a time tries and applies ({@link Newest}); no lock is held meanwhile.
 */
final class LiveConfiguration implements ServerNames.Bearer {

  private final String pid;
  private final FrameworkLimits limits;
  private final ServerNames names;
  private final Later later;
  private final ServerNode node;
  private final HandlerChoice handlers;
  private final TransportChoice transports;
  private final ListenerChoice listeners;
  private final Newest newest = new Newest(this::apply);

  /**
   * The configuration that is to be in force; written by the caller that brings it, read by {@link
   * #apply}.
   */
  private volatile Map<String, Object> properties;

  /** The settings in force; written by {@link #apply}. Null until a configuration was sound. */
  private volatile @Nullable ServerSettings settings;

  /** As {@link #settings}: the targets in force. */
  private volatile @Nullable Targets targets;

  /** Whether {@link #properties} were refused, but may be accepted later; set by {@link #apply}. */
  private volatile boolean refusedForNow;

  /** Set when no configuration applies any more. */
  private volatile boolean ended;

  // ---- only apply uses these

  /** The configuration refused last, and the reason, so that a refusal is reported once. */
  private Map<String, Object> refusedLast = Map.of();

  private String refusedWhy = "";

  /** The number of refusals in a row. */
  private int refusals;

  private Future<?> retry = Later.NOTHING;

  /** How the configuration in force was adjusted. */
  private String adjustment = "";

  LiveConfiguration(
      Map<String, Object> properties,
      FrameworkLimits limits,
      RuntimeContextComponent runtime,
      ServerNode node,
      HandlerChoice handlers,
      TransportChoice transports,
      ListenerChoice listeners) {
    this.properties = properties;
    this.pid = String.valueOf(properties.get("service.pid"));
    this.limits = limits;
    this.names = runtime.names();
    this.later = runtime.later();
    this.node = node;
    this.handlers = handlers;
    this.transports = transports;
    this.listeners = listeners;
  }

  /**
   * The settings that a server begins with. A wrong configuration makes a server, too, which says
   * FAILED and why.
   */
  static ServerSettings first(Map<String, Object> properties, FrameworkLimits limits) {
    try {
      return read(properties, limits);
    } catch (RefusedConfiguration e) {
      return ServerSettings.defaults(SettingsReader.name(properties));
    }
  }

  private static ServerSettings read(Map<String, Object> properties, FrameworkLimits limits) {
    ServerSettings read = SettingsReader.read(properties);
    if (FrameworkLimits.leftToUs(properties)) {
      return limits.shorten(read);
    }
    var problems = limits.problems(read);
    if (!problems.isEmpty()) {
      throw new RefusedConfiguration(problems);
    }
    return read;
  }

  Map<String, Object> properties() {
    return properties;
  }

  /** The settings in force; null until a configuration was sound. */
  @Nullable ServerSettings settings() {
    return settings;
  }

  /** Every key with the value in force; none until a configuration was sound. */
  List<SettingInfo> inForce() {
    Targets its = targets;
    ServerSettings now = settings;
    return its == null || now == null ? List.of() : SettingsText.of(now, its);
  }

  /**
   * Applies {@code changed}, if possible; on this thread, unless another thread is applying
   * already.
   */
  void change(Map<String, Object> changed) {
    properties = changed;
    newest.run();
  }

  /** Something has changed outside: a configuration that was refused may now be accepted. */
  void tryAgain() {
    if (refusedForNow && !ended) {
      var unused = later.apart("configuration " + pid, newest::run);
    }
  }

  /** The server is going. */
  void end() {
    ended = true;
    names.release(this); // a server that only drains needs no name
  }

  @Override
  public String pid() {
    return pid;
  }

  @Override
  public void nameIsFree() {
    tryAgain();
  }

  // ---- one run at a time

  /** First tries everything that may fail, the new port last. Only then does anything change. */
  private void apply() {
    Map<String, Object> wanted = properties;
    if (ended) {
      return;
    }
    try {
      ServerSettings valid = read(wanted, limits);
      Targets targets = Targets.of(wanted);
      List<String> problems = new ArrayList<>();
      names.claim(valid.name(), this).ifPresent(problems::add);
      if (node.hasHandler()) { // a server without a handler loses none
        handlers.problem(targets.handler()).ifPresent(problems::add);
      }
      if (node.hasTransport()) {
        transports.problem(targets.transport()).ifPresent(problems::add);
      }
      if (problems.isEmpty()) {
        node.configure(valid).ifPresent(problems::add);
      }
      if (problems.isEmpty()) {
        applied(wanted, valid, targets);
      } else {
        refused(wanted, String.join("; ", problems), true);
      }
    } catch (RefusedConfiguration e) {
      refused(wanted, e.problems(), false);
    }
  }

  private void applied(Map<String, Object> wanted, ServerSettings valid, Targets targets) {
    settings = valid;
    this.targets = targets;
    refusedForNow = false;
    refusals = 0;
    refusedLast = Map.of();
    retry.cancel(false);
    names.keepOnly(valid.name(), this);
    listeners.target(targets.listener());
    transports.target(targets.transport());
    handlers.target(targets.handler());
    tellIfShortened(wanted, valid);
    transports.open();
    handlers.open();
    node.start();
  }

  private void refused(Map<String, Object> wanted, String why, boolean mayDoLater) {
    ServerSettings before = settings;
    names.keepOnly(before == null ? "" : before.name(), this);
    refusedForNow = mayDoLater;
    if (wanted != refusedLast || !why.equals(refusedWhy)) {
      refusals = 0;
      refusedLast = wanted;
      refusedWhy = why;
      node.refused(why);
    }
    retry.cancel(false);
    if (mayDoLater) {
      refusals++;
      Duration wait = Backoff.DEFAULT.after(refusals);
      retry = later.in(wait, this::tryAgain);
    }
  }

  /** Reports an adjustment once, not with every change of another key. */
  private void tellIfShortened(Map<String, Object> configured, ServerSettings applied) {
    String now = limits.adjustment(SettingsReader.read(configured), applied).orElse("");
    if (!now.isEmpty() && !now.equals(adjustment)) {
      node.adjusted(now);
    }
    adjustment = now;
  }
}
