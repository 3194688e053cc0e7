package io.thousandisland.runtime.component;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.ServiceReference;

/**
 * The services a reference is bound to, and the best of them: higher ranking, then lower service
 * id, as everywhere in OSGi. Rankings are looked at when asked, for they may change.
 *
 * <p>Thread: any.
 */
final class Candidates<T> {

  private final Map<ServiceReference<T>, T> bound = new ConcurrentHashMap<>();

  void add(ServiceReference<T> reference, T service) {
    bound.put(reference, service);
  }

  void remove(ServiceReference<T> reference) {
    bound.remove(reference);
  }

  boolean hasService(long id) {
    return bound.keySet().stream().anyMatch(r -> r.getProperty("service.id").equals(id));
  }

  Optional<Map.Entry<ServiceReference<T>, T>> best() {
    return bound.entrySet().stream().max(Comparator.comparing(Map.Entry::getKey));
  }

  /** The best of those with this value of this property. */
  Optional<T> best(String property, String value) {
    return bound.entrySet().stream()
        .filter(entry -> value.equals(entry.getKey().getProperty(property)))
        .max(Comparator.comparing(Map.Entry::getKey))
        .map(Map.Entry::getValue);
  }
}
