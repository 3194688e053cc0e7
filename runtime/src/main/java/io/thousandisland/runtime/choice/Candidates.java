// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.choice;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Filter;
import org.osgi.framework.ServiceReference;

/**
 * The services of one kind that a server may be made of, best first: higher ranking, then lower
 * service id, as everywhere in OSGi. Properties are read at each call, because they may change.
 *
 * <p>Thread: any.
 */
public final class Candidates<T> {

  private static final Comparator<Candidate<?>> BEST_FIRST =
      (one, other) -> other.reference().compareTo(one.reference());

  private final BundleContext context;
  private final Map<ServiceReference<T>, Candidate<T>> bound = new ConcurrentHashMap<>();

  Candidates(BundleContext context) {
    this.context = context;
  }

  void add(ServiceReference<T> reference) {
    bound.put(reference, new Candidate<>(context, reference));
  }

  /** Null when {@code reference} was not there. */
  @Nullable Candidate<T> remove(ServiceReference<T> reference) {
    return bound.remove(reference);
  }

  /** The candidates that match, best first. */
  List<Candidate<T>> matching(Filter target) {
    return bound.values().stream()
        .filter(candidate -> target.match(candidate.reference()))
        .sorted(BEST_FIRST)
        .toList();
  }

  /** The candidates with this value of this property, best first. */
  List<Candidate<T>> named(String property, String value) {
    return bound.values().stream()
        .filter(candidate -> value.equals(candidate.reference().getProperty(property)))
        .sorted(BEST_FIRST)
        .toList();
  }

  /** Whether the service of that id is there, and matches. */
  boolean hasService(long id, Filter target) {
    return matching(target).stream().anyMatch(c -> id == idOf(c.reference()));
  }

  static long idOf(ServiceReference<?> reference) {
    return (Long) reference.getProperty("service.id");
  }

  /** The best candidate that matches and has been obtained. */
  Optional<Candidate<T>> best(Filter target) {
    return matching(target).stream().filter(c -> c.service() != null).findFirst();
  }

  /**
   * The best candidate that matches and can be obtained. A candidate that another thread is
   * obtaining is passed over, because that thread will choose again.
   *
   * @param failed called with each better candidate that could not be obtained at this try
   */
  Optional<Candidate<T>> obtainBest(Filter target, Consumer<Candidate<T>> failed) {
    for (Candidate<T> candidate : matching(target)) {
      if (candidate.tryToObtain()) {
        failed.accept(candidate);
      }
      if (candidate.service() != null) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  /** Releases all candidates, for good. */
  void releaseAll() {
    bound.values().forEach(Candidate::release);
  }

  /** Forgets all candidates. On Equinox a reference keeps a service object that has left. */
  void forgetAll() {
    bound.clear();
  }
}
