// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.configurations;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/**
 * The users of configurations: components and managed services.
 *
 * <p>Thread: any.
 */
public final class PidUsers implements BundleListener {

  private static final String MANAGED =
      "(|(objectClass=org.osgi.service.cm.ManagedService)"
          + "(objectClass=org.osgi.service.cm.ManagedServiceFactory))";

  private final BundleContext context;
  private final ServiceComponentRuntime components;
  private final InstantSource clock;

  /** Written by the framework's thread, read by the configurations thread. */
  private volatile Instant lastChange;

  public PidUsers(BundleContext context, ServiceComponentRuntime components, InstantSource clock) {
    this.context = context;
    this.components = components;
    this.clock = clock;
    lastChange = clock.instant();
  }

  @Override
  public void bundleChanged(BundleEvent event) {
    lastChange = clock.instant();
  }

  Instant lastChange() {
    return lastChange;
  }

  /** How long no bundle has come, changed or gone. */
  Duration quiet() {
    return Duration.between(lastChange, clock.instant());
  }

  Set<String> pids() {
    var pids = new HashSet<String>();
    for (ComponentDescriptionDTO component : components.getComponentDescriptionDTOs()) {
      if (!"ignore".equals(component.configurationPolicy)) {
        pids.addAll(List.of(component.configurationPid));
      }
    }
    try {
      ServiceReference<?>[] services = context.getAllServiceReferences(null, MANAGED);
      for (ServiceReference<?> service : services == null ? new ServiceReference<?>[0] : services) {
        pids.addAll(strings(service.getProperty(Constants.SERVICE_PID)));
      }
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    }
    return pids;
  }

  private static Collection<String> strings(@Nullable Object property) {
    if (property instanceof String one) {
      return List.of(one);
    }
    if (property instanceof String[] several) {
      return Arrays.asList(several);
    }
    return property instanceof Collection<?> several
        ? several.stream().map(String::valueOf).toList()
        : List.of();
  }
}
