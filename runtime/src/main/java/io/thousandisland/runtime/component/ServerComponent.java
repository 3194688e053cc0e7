// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.component;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.HandlerName;
import io.thousandisland.runtime.choice.HandlerCensus;
import io.thousandisland.runtime.choice.HandlerChoice;
import io.thousandisland.runtime.choice.ListenerChoice;
import io.thousandisland.runtime.choice.TransportChoice;
import io.thousandisland.runtime.configuration.FrameworkLimits;
import io.thousandisland.runtime.configuration.ServerConfig;
import io.thousandisland.runtime.configuration.Targets;
import io.thousandisland.runtime.server.ServerNode;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.shared.Telemetry;
import io.thousandisland.runtime.signals.Later;
import io.thousandisland.runtime.signals.Uninterruptibly;
import io.thousandisland.server.Drained;
import io.thousandisland.server.Server;
import io.thousandisland.telemetry.TelemetryListener;
import io.thousandisland.transport.Transport;
import io.thousandisland.transport.TransportName;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.bundle.Capability;
import org.osgi.annotation.bundle.Requirement;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.service.component.ComponentConstants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.condition.Condition;
import org.osgi.service.metatype.annotations.Designate;

/**
 * One server for each configuration of the factory PID {@code io.thousandisland.server}.
 *
 * <p>Its references are MULTIPLE, and it chooses the best service itself: with a single reference,
 * SCR would hold a better handler back while the previous handler drains. It is given references,
 * not services, because the targets are part of a configuration that applies as a whole, and
 * because a handler that cannot be obtained is worth a report. No lock is held here, not even while
 * an unbind waits for its drain: SCR calls the unbind on the thread that stops the handler's
 * bundle, and only that thread should wait.
 *
 * <p>Thread: SCR's, any.
 */
@Component(
    service = {},
    immediate = true,
    configurationPid = ServerComponent.PID,
    configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = ServerConfig.class, factory = true)
@Capability(
    namespace = HandlerName.RUNTIME_NAMESPACE,
    name = "thousandisland",
    version = "1.0.0",
    effective = "active")
@Capability( // registered by ServerRegistration, not by SCR, so no other tool declares it
    namespace = "osgi.service",
    attribute = "objectClass:List<String>='io.thousandisland.server.Server'",
    uses = Server.class)
@Capability( // while a server is ready
    namespace = "osgi.service",
    attribute = {
      "objectClass:List<String>='org.osgi.service.condition.Condition'",
      "osgi.condition.id='" + Server.CONDITION + "'"
    },
    uses = Condition.class)
@Requirement(
    namespace = TransportName.NAMESPACE,
    filter = "(&(io.thousandisland.transport=*)(!(over=*)))", // one that opens ports itself
    effective = "active")
@Requirement(
    namespace = "osgi.service",
    filter = "(objectClass=org.osgi.service.cm.ConfigurationAdmin)",
    effective = "active")
public final class ServerComponent
    implements ConfigurationWatch.Configured, DrainingServers.Departing {

  static final String PID = "io.thousandisland.server";

  /**
   * Reference names that leave {@code handler.target} and similar keys to us: SCR takes the
   * property {@code NAME.target} as the filter of the reference NAME.
   */
  private static final String HANDLERS = "io.thousandisland.bound.handler";

  private static final String TRANSPORTS = "io.thousandisland.bound.transport";
  private static final String LISTENERS = "io.thousandisland.bound.listener";

  /** How much longer than its own deadlines we wait for a drain that fails to keep them. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final BundleContext context;
  private final Later later;
  private final LameDucks lameDucks;
  private final ConfigurationWatch watch;
  private final DrainingServers departing;
  private final HandlerCensus census;
  private final ServerNode node;
  private final HandlerChoice handlers;
  private final TransportChoice transports;
  private final ListenerChoice listeners;
  private final LiveConfiguration configuration;
  private final SynchronousBundleListener goodbye = this::whenTheFrameworkStops;

  /** Written by activate; read by the life thread's updates and deactivate. */
  private volatile @Nullable ServerRegistration registration;

  /**
   * Set at the end of deactivate: SCR then releases all references, and no caller waits here. Until
   * then a caller that takes a handler away waits as usual.
   */
  private volatile boolean gone;

  @Activate
  public ServerComponent(
      BundleContext context,
      Map<String, Object> configured,
      @Reference RuntimeContextComponent runtime,
      @Reference ConfigurationWatch watch,
      @Reference DrainingServers departing,
      @Reference HandlerCensus census) {
    this.context = context;
    this.later = runtime.later();
    this.lameDucks = runtime.lameDucks();
    this.watch = watch;
    this.departing = departing;
    this.census = census;
    var limits = FrameworkLimits.of(context);
    var telemetry = new Telemetry();
    this.node =
        new ServerNode(LiveConfiguration.first(configured, limits), telemetry, runtime.runtime());
    Targets targets = Targets.first(configured);
    this.handlers = new HandlerChoice(node, later, context, census, targets.handler());
    this.transports = new TransportChoice(node, context, targets.transport());
    this.listeners = new ListenerChoice(telemetry, context, targets.listener());
    this.configuration =
        new LiveConfiguration(configured, limits, runtime, node, handlers, transports, listeners);
  }

  @Activate
  void activate() {
    node.transports(transports::named);
    node.settingsText(configuration::inForce);
    var service = new ServerRegistration(context, node);
    registration = service;
    node.onChange(service::update);
    node.onRetry(this::retry);
    census.add(handlers);
    lameDucks.add(node);
    context.addBundleListener(goodbye);
    configuration.change(configuration.properties());
    watch.add(configuration.pid(), this);
  }

  /**
   * A framework that stops takes one bundle after the other, and the drains in their unbinds would
   * add up. So all servers begin to drain at the first sign; the unbinds then find the drains under
   * way. Before that they are lame ducks for the ready delay, while all bundles are still there.
   */
  private void whenTheFrameworkStops(BundleEvent event) {
    if (event.getBundle().getBundleId() == 0 && event.getType() == BundleEvent.STOPPING) {
      lameDucks.await();
      CompletableFuture<Drained> unused = node.stop(); // waited for by deactivate
    }
  }

  // ---- configuration

  /** Called by SCR, or by {@link ConfigurationWatch} when SCR has lost an update. */
  @Modified
  @Override
  public void modified(Map<String, Object> changed) {
    configuration.change(changed);
    watch.compareSoon(configuration.pid());
  }

  private void retry() {
    configuration.tryAgain();
    handlers.retry();
  }

  @Override
  public Map<String, Object> properties() {
    return configuration.properties();
  }

  @Override
  public @Nullable ServiceReference<?> reference() {
    ServerRegistration service = registration;
    return service == null ? null : service.reference();
  }

  // ---- the end

  @Deactivate
  void deactivate(int reason) {
    watch.remove(configuration.pid(), this);
    configuration.end();
    context.removeBundleListener(goodbye);
    lameDucks.remove(node);
    CompletableFuture<Drained> stopped = node.stop();
    if (reason == ComponentConstants.DEACTIVATION_REASON_CONFIGURATION_DELETED) {
      departing.add(this, stopped);
      stopped.whenComplete((result, error) -> later.apart(node.name() + " ends", this::ended));
      gone = true;
    } else {
      await(stopped); // a handler that leaves meanwhile waits for its connections, too
      gone = true;
      ended();
    }
  }

  private void ended() {
    ServerRegistration service = registration;
    if (service != null) {
      service.unregister();
    }
    census.remove(handlers);
    handlers.close();
    transports.close();
    listeners.close();
  }

  // ---- handlers

  @Reference(
      name = HANDLERS,
      service = Handler.class,
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY,
      updated = "updatedHandler")
  void bindHandler(ServiceReference<Handler<?>> reference) {
    handlers.bound(reference);
    configuration.tryAgain();
  }

  void updatedHandler(ServiceReference<Handler<?>> reference) {
    handlers.updated(reference);
    configuration.tryAgain();
  }

  /** Returns when no callback of the handler runs any more, or the deadline has passed. */
  void unbindHandler(ServiceReference<Handler<?>> reference) {
    if (!gone) {
      handlers.unbound(reference, this::await);
    }
  }

  // ---- transports

  @Reference(
      name = TRANSPORTS,
      service = Transport.class,
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY,
      updated = "updatedTransport")
  void bindTransport(ServiceReference<Transport> reference) {
    transports.bound(reference);
    configuration.tryAgain();
  }

  void updatedTransport(ServiceReference<Transport> reference) {
    transports.updated(reference);
    configuration.tryAgain();
  }

  /** Returns when no connection runs over the transport any more, or the deadline has passed. */
  void unbindTransport(ServiceReference<Transport> reference) {
    if (!gone) {
      transports.unbound(reference, this::await);
    }
  }

  // ---- telemetry

  @Reference(
      name = LISTENERS,
      service = TelemetryListener.class,
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY,
      updated = "updatedListener")
  void bindListener(ServiceReference<TelemetryListener> reference) {
    listeners.bound(reference);
  }

  void updatedListener(ServiceReference<TelemetryListener> reference) {
    listeners.choose();
  }

  void unbindListener(ServiceReference<TelemetryListener> reference) {
    if (!gone) { // a server that drains still tells its listeners
      listeners.unbound(reference);
    }
  }

  // ---- departing, without its component

  @Override
  public void handlerLeaves(ServiceReference<Handler<?>> reference) {
    handlers.unbound(reference, this::await);
  }

  @Override
  public void transportLeaves(ServiceReference<Transport> reference) {
    transports.unbound(reference, this::await);
  }

  @Override
  public void await() {
    await(node.stop());
  }

  /**
   * Waits for a drain under a hard deadline. An interrupt does not end the wait early, but is kept.
   */
  private void await(CompletableFuture<Drained> drain) {
    ServerSettings now = configuration.settings();
    if (now != null) {
      Duration longest = now.timeouts().wholeDrain().plus(PATIENCE);
      boolean unused = Uninterruptibly.await(drain, Uninterruptibly.in(longest));
    }
  }
}
