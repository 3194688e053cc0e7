// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.choice;

import io.thousandisland.handler.Handler;
import io.thousandisland.runtime.absence.AbsentBundles;
import io.thousandisland.runtime.absence.AbsentComponents;
import io.thousandisland.runtime.absence.Absentee;
import io.thousandisland.runtime.absence.BuildTime;
import io.thousandisland.runtime.absence.WhyNobody;
import io.thousandisland.server.HandlerCatalog;
import io.thousandisland.server.HandlerInfo;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.AllServiceListener;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleListener;
import org.osgi.framework.Filter;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/**
 * All handlers of the framework, including handlers that no server can have. It tells waiting
 * servers when a handler may have changed.
 *
 * <p>Thread: any.
 */
@Component(service = {HandlerCensus.class, HandlerCatalog.class})
public final class HandlerCensus implements HandlerCatalog {

  /** By name, ranking, bundle and component; handlers without a name come last. */
  private static final Comparator<HandlerInfo> ORDER =
      Comparator.comparing((HandlerInfo info) -> info.name().isEmpty())
          .thenComparing(HandlerInfo::name)
          .thenComparing(HandlerInfo::ranking, Comparator.reverseOrder())
          .thenComparing(HandlerInfo::bundle)
          .thenComparing(HandlerInfo::component);

  private final BundleContext context;
  private final Set<HandlerChoice> choices = ConcurrentHashMap.newKeySet();
  private final BundleListener bundles = event -> changed();

  /** SCR changes a property of its own service when components change. */
  private final AllServiceListener services = event -> changed();

  @Activate
  public HandlerCensus(BundleContext context) throws InvalidSyntaxException {
    this.context = context;
    context.addBundleListener(bundles);
    context.addServiceListener(
        services,
        "(|(objectClass=%s)(objectClass=%s))"
            .formatted(Handler.class.getName(), ServiceComponentRuntime.class.getName()));
  }

  @Deactivate
  void close() {
    context.removeServiceListener(services);
    context.removeBundleListener(bundles);
  }

  public void add(HandlerChoice choice) {
    choices.add(choice);
  }

  public void remove(HandlerChoice choice) {
    choices.remove(choice);
  }

  private void changed() {
    choices.forEach(HandlerChoice::handlersChanged);
  }

  /**
   * The reason, in words, why no handler matches {@code wanted}. Takes some time, because it looks
   * at all bundles.
   */
  String whyNobody(Filter wanted) {
    return WhyNobody.sentence(
        wanted,
        absentees().toList(),
        HandlerServices.callable(context).stream()
            .map(HandlerServices::name)
            .filter(name -> !name.isEmpty())
            .toList());
  }

  private Stream<Absentee> absentees() {
    return Stream.of(
            AbsentComponents.find(context),
            HandlerServices.unusable(context),
            AbsentBundles.find(context))
        .flatMap(List::stream);
  }

  @Override
  public List<HandlerInfo> handlers() {
    var services = HandlerServices.callable(context);
    Set<Object> ids = services.stream().map(Candidates::idOf).collect(Collectors.toSet());
    return Stream.concat(
            services.stream().flatMap(service -> info(service).stream()),
            absentees()
                .filter(one -> !ids.contains(one.properties().getOrDefault("service.id", "none")))
                .map(Absentee::info))
        .sorted(ORDER)
        .toList();
  }

  /** Empty when {@code service} has just gone. */
  private Optional<HandlerInfo> info(ServiceReference<?> service) {
    Bundle bundle = service.getBundle();
    if (bundle == null) {
      return Optional.empty();
    }
    String name = HandlerServices.name(service);
    List<HandlerInfo.Binding> bindings =
        choices.stream().flatMap(choice -> choice.bindings(service).stream()).toList();
    boolean serves = bindings.stream().anyMatch(HandlerInfo.Binding::serving);
    return Optional.of(
        new HandlerInfo(
            name,
            service.getProperty("service.ranking") instanceof Integer ranking ? ranking : 0,
            service.getProperty("component.name") instanceof String component ? component : "",
            String.valueOf(bundle.getSymbolicName()),
            bundle.getVersion().toString(),
            BuildTime.of(bundle),
            bindings,
            serves ? "" : why(service)));
  }

  private String why(ServiceReference<?> service) {
    List<String> reasons =
        choices.stream().flatMap(choice -> choice.whyNot(service).stream()).sorted().toList();
    if (!reasons.isEmpty()) {
      return String.join("; ", reasons);
    }
    if (HandlerServices.name(service).isEmpty()) {
      return HandlerServices.NAMELESS;
    }
    return choices.isEmpty() ? "there is no server" : "no server has a handler.target that matches";
  }
}
