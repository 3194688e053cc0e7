package io.thousandisland.runtime.component;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.HandlerName;
import io.thousandisland.runtime.server.ServerNode;
import io.thousandisland.runtime.server.ServerSettings;
import io.thousandisland.runtime.server.Telemetry;
import io.thousandisland.runtime.supervision.Backoff;
import io.thousandisland.server.Drained;
import io.thousandisland.telemetry.TelemetryListener;
import io.thousandisland.transport.Transport;
import io.thousandisland.transport.TransportName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
import org.osgi.service.metatype.annotations.Designate;

/**
 * One server for each configuration of the factory PID {@code io.thousandisland.server}.
 *
 * <p>Its references are MULTIPLE, and it chooses the best itself: with a single one SCR would hold
 * a better handler back while the one before drains. It is given references, not services: the
 * targets are part of a configuration that applies as a whole, and a handler that cannot be
 * obtained is worth a word. No lock is held here, not even while an unbind waits for its drain: SCR
 * calls it on the thread that stops the handler's bundle, and only that thread should wait.
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
@Requirement(
    namespace = TransportName.NAMESPACE,
    filter = "(io.thousandisland.transport=*)",
    effective = "active")
@Requirement(
    namespace = "osgi.service",
    filter = "(objectClass=org.osgi.service.cm.ConfigurationAdmin)",
    effective = "active")
public final class ServerComponent
    implements ServerNames.Bearer, ConfigurationWatch.Configured, DepartingServers.Departing {

  static final String PID = "io.thousandisland.server";

  /**
   * Names that leave {@code handler.target} and its likes to us: SCR takes the property {@code
   * NAME.target} for the filter of the reference NAME.
   */
  private static final String HANDLERS = "io.thousandisland.bound.handler";

  private static final String TRANSPORTS = "io.thousandisland.bound.transport";
  private static final String LISTENERS = "io.thousandisland.bound.listener";

  /** How much longer than its own deadlines a drain is waited for, should it fail to keep them. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final BundleContext context;
  private final FrameworkLimits limits;
  private final ServerNames names;
  private final Later later;
  private final ConfigurationWatch watch;
  private final DepartingServers departing;
  private final String pid;
  private final ServerNode node;
  private final HandlerChoice handlers;
  private final TransportChoice transports;
  private final ListenerChoice listeners;
  private final SynchronousBundleListener goodbye = this::whenTheFrameworkStops;
  private final Newest newest = new Newest(this::apply);

  /**
   * The configuration that is to be in force; written by who brings one, read by {@link #apply}.
   */
  private volatile Map<String, Object> properties;

  /** Whether {@link #properties} were refused, and may do later; written by {@link #apply}. */
  private volatile boolean refusedForNow;

  /** How often in a row; only {@link #apply} uses it. */
  private int refusals;

  /** What was refused last, and why, so that it is said once; only {@link #apply} uses them. */
  private Map<String, Object> refusedLast = Map.of();

  private String refusedWhy = "";

  /** How the configuration in force was adjusted; only {@link #apply} uses it. */
  private String adjustment = "";

  /** In force; written by {@link #apply}. Null until a configuration was sound. */
  private volatile @Nullable ServerSettings settings;

  /** Written by activate; read by the life thread's updates and deactivate. */
  private volatile @Nullable ServerRegistration registration;

  /** Set by deactivate; from then on nothing applies, and nobody waits here. */
  private volatile boolean gone;

  @Activate
  public ServerComponent(
      BundleContext context,
      Map<String, Object> configured,
      @Reference EngineComponent shared,
      @Reference ConfigurationWatch watch,
      @Reference DepartingServers departing) {
    this.context = context;
    this.limits = FrameworkLimits.of(context);
    this.names = shared.names();
    this.later = shared.later();
    this.watch = watch;
    this.departing = departing;
    this.properties = configured;
    this.pid = String.valueOf(configured.get("service.pid"));
    var telemetry = new Telemetry();
    this.node = new ServerNode(firstSettings(), telemetry, shared.engine());
    Targets targets = firstTargets();
    this.handlers = new HandlerChoice(node, later, context, targets.handler());
    this.transports = new TransportChoice(node, context, targets.transport());
    this.listeners = new ListenerChoice(telemetry, context, targets.listener());
  }

  /** With a wrong configuration there is a server all the same: it says FAILED and why. */
  private ServerSettings firstSettings() {
    try {
      return read(properties);
    } catch (InvalidSettings e) {
      return ServerSettings.defaults(SettingsReader.name(properties));
    }
  }

  private Targets firstTargets() {
    try {
      return Targets.of(properties);
    } catch (InvalidSettings e) {
      return Targets.of(Map.of());
    }
  }

  @Activate
  void activate() {
    node.transports(transports::named);
    var service = new ServerRegistration(context, node);
    registration = service;
    node.onChange(service::update);
    context.addBundleListener(goodbye);
    newest.run();
    watch.add(pid, this);
  }

  /**
   * A framework that stops takes one bundle after the other, and the drains in their unbinds would
   * add up. So all servers begin at the first sign; the unbinds then find that under way.
   */
  private void whenTheFrameworkStops(BundleEvent event) {
    if (event.getBundle().getBundleId() == 0 && event.getType() == BundleEvent.STOPPING) {
      CompletableFuture<Drained> unused = node.stop(); // waited for by deactivate
    }
  }

  // ---- configuration

  /** By SCR, or by {@link ConfigurationWatch} when SCR has lost an update. */
  @Modified
  @Override
  public void modified(Map<String, Object> changed) {
    properties = changed;
    newest.run();
    watch.compareSoon(pid);
  }

  @Override
  public Map<String, Object> properties() {
    return properties;
  }

  @Override
  public @Nullable ServiceReference<?> reference() {
    ServerRegistration service = registration;
    return service == null ? null : service.reference();
  }

  @Override
  public String pid() {
    return pid;
  }

  @Override
  public void nameIsFree() {
    applyAgain();
  }

  /** Something has changed outside: a configuration that was refused may do now. */
  private void applyAgain() {
    if (refusedForNow && !gone) {
      var unused = later.apart("configuration " + pid, newest::run);
    }
  }

  /**
   * Makes the configuration apply as a whole, or not at all. One run at a time.
   *
   * <p>Everything is tried that may fail, the new port last of all; only then anything changes.
   */
  private void apply() {
    Map<String, Object> wanted = properties;
    if (gone) {
      return;
    }
    try {
      ServerSettings valid = read(wanted);
      Targets targets = Targets.of(wanted);
      List<String> problems = new ArrayList<>();
      names.claim(valid.name(), this).ifPresent(problems::add);
      if (node.hasHandler()) { // one that has none loses none
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
    } catch (InvalidSettings e) {
      refused(wanted, e.problems(), false);
    }
  }

  private void applied(Map<String, Object> wanted, ServerSettings valid, Targets targets) {
    settings = valid;
    refusedForNow = false;
    refusals = 0;
    refusedLast = Map.of();
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
    if (mayDoLater) {
      refusals++;
      later.in(Backoff.DEFAULT.after(refusals), this::applyAgain);
    }
  }

  private ServerSettings read(Map<String, Object> configured) {
    ServerSettings read = SettingsReader.read(configured);
    if (FrameworkLimits.leftToUs(configured)) {
      return limits.shorten(read);
    }
    var problems = limits.problems(read);
    if (!problems.isEmpty()) {
      throw new InvalidSettings(problems);
    }
    return read;
  }

  /** Once, not with every change of another key. */
  private void tellIfShortened(Map<String, Object> configured, ServerSettings applied) {
    String now = limits.adjustment(SettingsReader.read(configured), applied).orElse("");
    if (!now.isEmpty() && !now.equals(adjustment)) {
      node.adjusted(now);
    }
    adjustment = now;
  }

  // ---- the end

  @Deactivate
  void deactivate(int reason) {
    gone = true;
    watch.remove(pid, this);
    context.removeBundleListener(goodbye);
    CompletableFuture<Drained> stopped = node.stop();
    names.release(this); // a server that only drains needs none
    if (reason == ComponentConstants.DEACTIVATION_REASON_CONFIGURATION_DELETED) {
      departing.add(this, stopped.whenComplete((result, error) -> later.apart(pid, this::ended)));
    } else {
      await(stopped); // a handler that leaves meanwhile waits for its connections, too
      ended();
    }
  }

  private void ended() {
    ServerRegistration service = registration;
    if (service != null) {
      service.unregister();
    }
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
    applyAgain();
  }

  void updatedHandler(ServiceReference<Handler<?>> reference) {
    handlers.updated(reference);
    applyAgain();
  }

  /** Returns when no callback of the handler runs any more, or the deadline has passed. */
  void unbindHandler(ServiceReference<Handler<?>> reference) {
    if (!gone) { // else SCR lets go of all; DepartingServers waits, where there is something to
      // wait for
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
    applyAgain();
  }

  void updatedTransport(ServiceReference<Transport> reference) {
    transports.updated(reference);
    applyAgain();
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
    if (!gone) { // a server that drains tells of it
      listeners.unbound(reference);
    }
  }

  // ---- departing, without its component

  @Override
  public void unbound(DepartingServers.Handlers handler) {
    handlers.unbound(handler.reference(), this::await);
  }

  @Override
  public void unbound(DepartingServers.Transports transport) {
    transports.unbound(transport.reference(), this::await);
  }

  @Override
  public void await() {
    await(node.stop());
  }

  /** Waits for a drain under a hard deadline. An interrupt does not end it early, but is kept. */
  private void await(CompletableFuture<Drained> drain) {
    ServerSettings now = settings;
    if (now != null) {
      Waiting.until(drain, now.timeouts().wholeDrain().plus(PATIENCE));
    }
  }
}
