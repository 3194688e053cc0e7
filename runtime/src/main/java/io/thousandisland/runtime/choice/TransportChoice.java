// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.choice;

import io.thousandisland.runtime.server.ServerNode;
import io.thousandisland.runtime.server.TransportBinding;
import io.thousandisland.server.Drained;
import io.thousandisland.transport.Transport;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Filter;
import org.osgi.framework.ServiceReference;

/**
 * The choice of the transport that carries one server: the best transport that matches its target
 * and can be obtained. A chosen transport stays until it leaves, or until the target no longer
 * matches it.
 *
 * <p>Thread: any.
 */
public final class TransportChoice {

  private final ServerNode node;
  private final Candidates<Transport> candidates;

  /** Replaced when a configuration applies. */
  private volatile Filter target;

  /** As in {@link HandlerChoice}. */
  private volatile boolean open;

  public TransportChoice(ServerNode node, BundleContext context, Filter target) {
    this.node = node;
    this.candidates = new Candidates<>(context);
    this.target = target;
  }

  /** From now on the best transport carries the server. */
  public void open() {
    open = true;
    choose();
  }

  public void bound(ServiceReference<Transport> reference) {
    candidates.add(reference);
    choose();
  }

  /** The transport's ranking may have changed, or whether it matches. */
  public void updated(ServiceReference<Transport> reference) {
    choose();
  }

  /**
   * Returns when no connection runs over the transport any more, as far as {@code waiting} waits
   * for that. As for handlers, the service is released on this thread.
   */
  public void unbound(
      ServiceReference<Transport> reference, Consumer<CompletableFuture<Drained>> waiting) {
    Candidate<Transport> gone = candidates.remove(reference);
    if (gone == null) {
      return;
    }
    Transport transport = gone.service();
    if (transport != null) { // otherwise nothing ever ran over it
      waiting.accept(node.transportGone(transport, nobody(target)));
    }
    gone.release(); // even while another thread obtains it: that thread gives it back then
    choose();
  }

  /** The problem with {@code other}; empty when a matching transport can be obtained. */
  public Optional<String> problem(Filter other) {
    if (other.equals(target) || candidates.obtainBest(other, failed -> {}).isPresent()) {
      return Optional.empty();
    }
    return Optional.of(nobody(other));
  }

  public void target(Filter other) {
    target = other;
    choose();
  }

  /** The transport of that name, whatever the target; or null. A connection may switch to it. */
  public @Nullable Transport named(String name) {
    for (Candidate<Transport> candidate : candidates.named("transport.name", name)) {
      boolean unused = candidate.tryToObtain();
      Transport transport = candidate.service();
      if (transport != null) {
        return transport;
      }
    }
    return null;
  }

  /** Releases all transports. The server has ended. */
  public void close() {
    open = false;
    candidates.releaseAll();
  }

  private void choose() {
    if (open) {
      Filter wanted = target;
      Optional<Candidate<Transport>> unused = candidates.obtainBest(wanted, failed -> {});
      node.chooseTransport(
          () -> candidates.best(wanted).map(TransportChoice::binding),
          bound -> candidates.matching(wanted).stream().anyMatch(c -> bound == c.service()),
          nobody(wanted));
    }
  }

  private String nobody(Filter wanted) {
    return candidates.matching(wanted).stream()
        .filter(candidate -> candidate.failure() != null)
        .map(c -> "transport " + name(c) + " cannot be obtained: " + c.failure())
        .findFirst()
        .orElse("no transport matches " + wanted);
  }

  private static @Nullable TransportBinding binding(Candidate<Transport> candidate) {
    Transport transport = candidate.service();
    return transport == null ? null : new TransportBinding(name(candidate), transport);
  }

  private static String name(Candidate<Transport> candidate) {
    return String.valueOf(candidate.reference().getProperty("transport.name"));
  }
}
