// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.component;

import io.thousandisland.handler.Handler;
import io.thousandisland.server.Drained;
import io.thousandisland.transport.Transport;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * The servers whose configuration has been deleted and that still drain.
 *
 * <p>Configuration Admin has one thread for all configurations. A server that drained on that
 * thread would keep every other configuration waiting, for example the configuration of the server
 * that is to take over its port. So the server drains here. Its handlers and transports do not
 * leave before the server: their unbind waits here, as it does in {@link ServerComponent}.
 *
 * <p>Thread: any.
 */
@Component(service = DrainingServers.class, immediate = true)
public final class DrainingServers {

  /** A server that drains without its component. */
  interface Departing {
    /** As {@link io.thousandisland.runtime.choice.HandlerChoice#unbound}, with a deadline. */
    void handlerLeaves(ServiceReference<Handler<?>> reference);

    /** As {@link io.thousandisland.runtime.choice.TransportChoice#unbound}, with a deadline. */
    void transportLeaves(ServiceReference<Transport> reference);

    /** Waits for the end of its drain, under the same deadline. */
    void await();
  }

  private final List<Departing> all = new CopyOnWriteArrayList<>();

  /** The runtime context must outlive these servers. */
  @Activate
  public DrainingServers(@Reference RuntimeContextComponent runtime) {}

  /** {@code server} drains, until {@code drained}. */
  void add(Departing server, CompletableFuture<Drained> drained) {
    all.add(server);
    drained.whenComplete((result, error) -> all.remove(server));
  }

  @Deactivate
  void deactivate() {
    all.forEach(Departing::await);
  }

  @Reference(
      name = "io.thousandisland.departing.handler",
      service = Handler.class,
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindHandler(ServiceReference<Handler<?>> reference) {}

  void unbindHandler(ServiceReference<Handler<?>> reference) {
    all.forEach(server -> server.handlerLeaves(reference));
  }

  @Reference(
      name = "io.thousandisland.departing.transport",
      service = Transport.class,
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindTransport(ServiceReference<Transport> reference) {}

  void unbindTransport(ServiceReference<Transport> reference) {
    all.forEach(server -> server.transportLeaves(reference));
  }
}
