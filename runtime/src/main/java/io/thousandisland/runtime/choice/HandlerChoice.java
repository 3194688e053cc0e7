// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.choice;

import io.thousandisland.handler.Handler;
import io.thousandisland.runtime.absence.WhyNobody;
import io.thousandisland.runtime.handlers.HandlerBinding;
import io.thousandisland.runtime.server.ServerNode;
import io.thousandisland.runtime.signals.Later;
import io.thousandisland.server.Drained;
import io.thousandisland.server.HandlerInfo;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Filter;
import org.osgi.framework.ServiceReference;

/**
 * The choice of the handler that one server serves with: the best handler that matches its target
 * and can be obtained. A handler that cannot be obtained is reported, with the reason, and tried
 * again. The next best handler serves meanwhile.
 *
 * <p>Thread: any. A handler's component is activated on the thread that asks for it: SCR's own
 * thread when the handler arrives, otherwise a thread of ours, which may hang there without harm.
 */
public final class HandlerChoice {

  /** How long a caller waits for a component that activates slowly. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final ServerNode node;
  private final Later later;
  private final HandlerCensus census;
  private final Candidates<Handler<?>> candidates;
  private final Diagnosis diagnosis;

  /** Replaced when a configuration applies. */
  private volatile Filter target;

  /** No handler is chosen before the server knows all handlers that were there before it. */
  private volatile boolean open;

  public HandlerChoice(
      ServerNode node, Later later, BundleContext context, HandlerCensus census, Filter target) {
    this.node = node;
    this.later = later;
    this.census = census;
    this.candidates = new Candidates<>(context);
    this.target = target;
    this.diagnosis =
        new Diagnosis(
            "handlers for " + node.name(), later, census::whyNobody, this::unmet, this::tell);
  }

  /** From now on the best handler serves. */
  public void open() {
    open = true;
    choose();
  }

  public void bound(ServiceReference<Handler<?>> reference) {
    candidates.add(reference);
    choose();
  }

  /**
   * The handler's ranking, its promise or whether it matches may have changed. A handler that could
   * not be obtained is tried again at once: its configuration may be sound now.
   */
  public void updated(ServiceReference<Handler<?>> reference) {
    candidates.matching(target).stream()
        .filter(candidate -> candidate.reference().equals(reference))
        .forEach(Candidate::retryNow);
    chooseApart();
    if (!target.match(reference)) {
      CompletableFuture<Drained> unused = node.retire(Candidates.idOf(reference), true);
    }
  }

  /**
   * Returns when no callback of the handler runs any more, as far as {@code waiting} waits for
   * that. The service is released on this thread, because SCR stops the component here and would
   * keep any other thread waiting.
   */
  public void unbound(
      ServiceReference<Handler<?>> reference, Consumer<CompletableFuture<Drained>> waiting) {
    Candidate<Handler<?>> gone = candidates.remove(reference);
    chooseApart();
    waiting.accept(node.retire(Candidates.idOf(reference), bundleStays(reference)));
    if (gone != null) {
      gone.release();
    }
  }

  /**
   * Whether only the component goes, for example to be configured again. Its classes stay the same
   * then.
   */
  private static boolean bundleStays(ServiceReference<?> reference) {
    Bundle bundle = reference.getBundle();
    return bundle != null && bundle.getState() == Bundle.ACTIVE;
  }

  /**
   * The problem with serving by {@code other} from now on; empty when a matching handler can be
   * obtained.
   */
  public Optional<String> problem(Filter other) {
    if (other.equals(target)) {
      return Optional.empty();
    }
    var why = new AtomicReference<>(WhyNobody.plain(other));
    later.apartWithin(
        PATIENCE,
        "handler of " + node.name(),
        () -> {
          if (candidates.obtainBest(other, this::failed).isEmpty()) {
            why.set(census.whyNobody(other));
          }
        });
    if (candidates.best(other).isPresent()) {
      return Optional.empty();
    }
    return Optional.of(Objects.requireNonNullElseGet(trouble(other), why::get));
  }

  /** Serves by {@code other}. Handlers that no longer match retire. */
  public void target(Filter other) {
    Filter before = target;
    target = other;
    chooseApart();
    candidates.matching(before).stream()
        .map(Candidate::reference)
        .filter(reference -> !other.match(reference))
        .map(reference -> node.retire(Candidates.idOf(reference), true))
        .forEach(unwaited -> {});
  }

  /** The target when no handler matches it at all. */
  private Optional<Filter> unmet() {
    Filter wanted = target;
    return open && candidates.matching(wanted).isEmpty() ? Optional.of(wanted) : Optional.empty();
  }

  /** Handlers may have changed, including handlers that no server can have. */
  void handlersChanged() {
    diagnosis.lookSoon();
  }

  /**
   * Immediately tries again the handlers that could not be obtained. Returns when that is done, or
   * {@link #PATIENCE} is over.
   */
  public void retry() {
    candidates.matching(target).forEach(Candidate::retryNow);
    chooseApart();
  }

  // ---- for the census

  /** The generations of {@code service} in this server. */
  List<HandlerInfo.Binding> bindings(ServiceReference<?> service) {
    long id = Candidates.idOf(service);
    return node.info().generations().stream()
        .filter(generation -> generation.serviceId() == id)
        .map(
            generation ->
                new HandlerInfo.Binding(
                    node.name(),
                    generation.number(),
                    generation.serving(),
                    generation.connections()))
        .toList();
  }

  /** Why {@code service} matches but does not serve here; empty when it does not match. */
  Optional<String> whyNot(ServiceReference<?> service) {
    Filter wanted = target;
    return candidates.matching(wanted).stream()
        .filter(candidate -> candidate.reference().equals(service))
        .findFirst()
        .map(candidate -> "server %s: %s".formatted(node.name(), whyNot(candidate, wanted)));
  }

  private String whyNot(Candidate<Handler<?>> candidate, Filter wanted) {
    String trouble = trouble(candidate);
    if (trouble != null) {
      return trouble;
    }
    return candidates
        .best(wanted)
        .filter(best -> best != candidate)
        .map(best -> called(best) + " is preferred")
        .orElse(open ? "it is about to serve" : "the server has not started");
  }

  /** Releases all handlers. The server has ended. */
  public void close() {
    open = false;
    candidates.releaseAll();
  }

  private void chooseApart() {
    if (open) {
      later.apartWithin(PATIENCE, "handler of " + node.name(), this::choose);
      tell(); // whatever the outcome
      diagnosis.lookSoon();
    }
  }

  private void choose() {
    if (open) {
      Optional<Candidate<Handler<?>>> unused = candidates.obtainBest(target, this::failed);
      tell();
      diagnosis.lookSoon();
    }
  }

  private void tell() {
    Filter wanted = target;
    if (!candidates.matching(wanted).isEmpty()) {
      diagnosis.forget();
    }
    node.handler(
        () -> candidates.best(wanted).map(HandlerChoice::binding),
        id -> candidates.hasService(id, wanted),
        nobody(wanted),
        trouble(wanted));
  }

  private void failed(Candidate<Handler<?>> candidate) {
    Duration wait = candidate.retryIn();
    node.handlerUnavailable(
        Candidates.idOf(candidate.reference()),
        called(candidate),
        String.valueOf(candidate.failure()),
        wait);
    var unused = later.in(wait, () -> later.apart("handler of " + node.name(), this::choose));
  }

  private String nobody(Filter wanted) {
    String trouble = trouble(wanted);
    return trouble == null ? diagnosis.of(wanted) : trouble;
  }

  /** Why the best matching handler has not been obtained; null when it has, or there is none. */
  private @Nullable String trouble(Filter wanted) {
    return candidates.matching(wanted).stream()
        .findFirst()
        .map(HandlerChoice::trouble)
        .orElse(null);
  }

  private static @Nullable String trouble(Candidate<Handler<?>> best) {
    String failure = best.failure();
    if (failure != null) {
      return called(best) + " cannot be obtained: " + failure;
    }
    return best.isBeingObtained() ? called(best) + " is being activated" : null;
  }

  private static String called(Candidate<Handler<?>> candidate) {
    return HandlerServices.called(candidate.reference());
  }

  private static @Nullable HandlerBinding binding(Candidate<Handler<?>> candidate) {
    Handler<?> handler = candidate.service();
    return handler == null
        ? null
        : new HandlerBinding(HandlerServices.facts(candidate.reference()), handler);
  }
}
