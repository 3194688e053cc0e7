package io.thousandisland.runtime.component;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.HandlerName;
import io.thousandisland.runtime.server.HandlerBinding;
import io.thousandisland.runtime.server.HandlerFacts;
import io.thousandisland.runtime.server.ServerNode;
import io.thousandisland.runtime.server.ServerSettings;
import io.thousandisland.runtime.server.Telemetry;
import io.thousandisland.runtime.server.TransportBinding;
import io.thousandisland.server.Drained;
import io.thousandisland.telemetry.TelemetryListener;
import io.thousandisland.transport.Transport;
import io.thousandisland.transport.TransportName;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.bundle.Capability;
import org.osgi.annotation.bundle.Requirement;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.SynchronousBundleListener;
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
 * a better handler back while the one before drains. No lock is held here, not even while an unbind
 * waits for its drain: SCR calls it on the thread that stops the handler's bundle, and only that
 * thread should wait.
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
public final class ServerComponent {

  static final String PID = "io.thousandisland.server";

  /** How much longer than its own deadlines a drain is waited for, should it fail to keep them. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final EngineComponent shared;
  private final Telemetry telemetry = new Telemetry();
  private final Candidates<Handler<?>> handlers = new Candidates<>();
  private final Candidates<Transport> transports = new Candidates<>();

  /** Written by activate, before which there is nothing to tell; read by binds and unbinds. */
  private volatile @Nullable Running running;

  private record Running(
      ServerNode node,
      ServerRegistration registration,
      FrameworkLimits limits,
      Runnable stopListening) {}

  /** The settings in force; written by activate and modified, which SCR serialises. */
  private volatile @Nullable ServerSettings settings;

  /** What the targets are, for the status when they match nothing. */
  private volatile Map<String, Object> properties = Map.of();

  @Activate
  public ServerComponent(@Reference EngineComponent shared) {
    this.shared = shared;
  }

  @Activate
  void activate(BundleContext context, Map<String, Object> configured) {
    properties = configured;
    var limits = FrameworkLimits.of(context);
    ServerSettings valid = null;
    String wrong = null;
    try {
      valid = read(configured, limits);
    } catch (InvalidSettings e) {
      wrong = e.problems();
    }
    // with a wrong configuration there is a server all the same: it says FAILED and why
    ServerSettings start =
        valid != null ? valid : ServerSettings.defaults(SettingsReader.name(configured));
    var node = new ServerNode(start, telemetry, shared.engine());
    node.transports(name -> transports.best("transport.name", name).orElse(null));
    var registration = new ServerRegistration(context, node);
    node.onChange(registration::update);
    SynchronousBundleListener goodbye = event -> whenTheFrameworkStops(event, node);
    context.addBundleListener(goodbye);
    running = new Running(node, registration, limits, () -> context.removeBundleListener(goodbye));
    chooseTransport(node);
    chooseHandler(node);
    if (wrong != null) {
      node.refused(wrong);
    } else {
      settings = valid;
      tellIfShortened(node, configured, limits);
      node.start();
    }
  }

  /**
   * A framework that stops takes one bundle after the other, and the drains in their unbinds would
   * add up. So all servers begin at the first sign; the unbinds then find that under way.
   */
  private static void whenTheFrameworkStops(BundleEvent event, ServerNode node) {
    if (event.getBundle().getBundleId() == 0 && event.getType() == BundleEvent.STOPPING) {
      CompletableFuture<Drained> unused = node.stop(); // waited for by deactivate
    }
  }

  private static ServerSettings read(Map<String, Object> configured, FrameworkLimits limits) {
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

  private static void tellIfShortened(
      ServerNode node, Map<String, Object> configured, FrameworkLimits limits) {
    var problems = limits.problems(SettingsReader.read(configured));
    if (!problems.isEmpty()) {
      node.refused(String.join("; ", problems) + "; until then they are shortened to fit");
    }
  }

  @Modified
  void modified(Map<String, Object> changed) {
    Running now = running;
    if (now == null) {
      return;
    }
    properties = changed; // SCR takes up the targets, whatever we think of the rest
    chooseTransport(now.node());
    chooseHandler(now.node());
    try {
      ServerSettings valid = read(changed, now.limits());
      settings = valid;
      now.node().configure(valid);
      tellIfShortened(now.node(), changed, now.limits());
      now.node().start();
    } catch (InvalidSettings e) {
      now.node().refused(e.problems());
    }
  }

  @Deactivate
  void deactivate() {
    Running now = running;
    if (now != null) {
      now.stopListening().run();
      await(now.node().stop()); // a handler that leaves meanwhile waits for its connections, too
      running = null;
      now.registration().unregister();
    }
  }

  // ---- handlers

  @Reference(
      name = "handler",
      service = Handler.class,
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY,
      target = "(handler.name=*)",
      updated = "updatedHandler")
  void bindHandler(ServiceReference<Handler<?>> reference, Handler<?> handler) {
    handlers.add(reference, handler);
    chooseHandler();
  }

  /** Its ranking may have changed. */
  void updatedHandler(ServiceReference<Handler<?>> reference) {
    chooseHandler();
  }

  /** Returns when no callback of the handler runs any more, or the deadline has passed. */
  void unbindHandler(ServiceReference<Handler<?>> reference) {
    handlers.remove(reference);
    chooseHandler();
    Running now = running;
    if (now != null) {
      long id = (Long) reference.getProperty("service.id");
      await(now.node().retire(id, bundleStays(reference)));
    }
  }

  /** Only its component goes: it is configured again, say, and its classes are the same then. */
  private static boolean bundleStays(ServiceReference<?> reference) {
    Bundle bundle = reference.getBundle();
    return bundle != null && bundle.getState() == Bundle.ACTIVE;
  }

  private void chooseHandler() {
    Running now = running;
    if (now != null) {
      chooseHandler(now.node());
    }
  }

  private void chooseHandler(ServerNode node) {
    Object target = properties.getOrDefault("handler.target", "(handler.name=*)");
    node.handler(this::bestHandler, handlers::hasService, "no handler matches " + target);
  }

  private Optional<HandlerBinding> bestHandler() {
    return handlers.best().map(best -> new HandlerBinding(facts(best.getKey()), best.getValue()));
  }

  private static HandlerFacts facts(ServiceReference<?> reference) {
    var bundle = reference.getBundle();
    return new HandlerFacts(
        String.valueOf(reference.getProperty("handler.name")),
        bundle == null ? "" : bundle.getVersion().toString(),
        (Long) reference.getProperty("service.id"),
        reference.getProperty("service.ranking") instanceof Integer ranking ? ranking : 0,
        Boolean.parseBoolean(String.valueOf(reference.getProperty("handler.nonblocking"))));
  }

  // ---- transports

  @Reference(
      name = "transport",
      service = Transport.class,
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY,
      target = "(transport.name=tcp)")
  void bindTransport(ServiceReference<Transport> reference, Transport transport) {
    transports.add(reference, transport);
    Running now = running;
    if (now != null) {
      chooseTransport(now.node());
    }
  }

  /** Returns when no connection runs over the transport any more, or the deadline has passed. */
  void unbindTransport(ServiceReference<Transport> reference, Transport transport) {
    transports.remove(reference);
    Running now = running;
    if (now != null) {
      await(now.node().transportGone(transport, noTransport()));
      chooseTransport(now.node());
    }
  }

  private void chooseTransport(ServerNode node) {
    node.chooseTransport(this::bestTransport, noTransport());
  }

  private Optional<TransportBinding> bestTransport() {
    return transports
        .best()
        .map(
            best ->
                new TransportBinding(
                    String.valueOf(best.getKey().getProperty("transport.name")), best.getValue()));
  }

  private String noTransport() {
    return "no transport matches " + transportTarget();
  }

  private Object transportTarget() {
    return properties.getOrDefault("transport.target", "(transport.name=tcp)");
  }

  // ---- telemetry

  @Reference(
      name = "listener",
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindListener(TelemetryListener listener) {
    telemetry.add(listener);
  }

  void unbindListener(TelemetryListener listener) {
    telemetry.remove(listener);
  }

  // ----

  /** Waits for a drain under a hard deadline. An interrupt does not end it early, but is kept. */
  private void await(CompletableFuture<Drained> drain) {
    ServerSettings now = settings;
    if (now != null) {
      Waiting.until(drain, now.timeouts().wholeDrain().plus(PATIENCE));
    }
  }
}
