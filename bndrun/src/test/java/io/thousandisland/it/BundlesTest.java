// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.test.common.annotation.InjectBundleContext;

class BundlesTest {
  @InjectBundleContext BundleContext context;

  @Test
  void everyBundleOfTheProjectIsActive() {
    Map<String, Integer> states =
        Stream.of(context.getBundles())
            .filter(bundle -> bundle.getSymbolicName().startsWith("io.thousandisland."))
            .filter(bundle -> !isFragment(bundle)) // a fragment is resolved with its host
            .collect(toMap(Bundle::getSymbolicName, Bundle::getState));

    assertThat(states)
        .containsKeys(
            "io.thousandisland.api",
            "io.thousandisland.runtime",
            "io.thousandisland.transport.tcp",
            "io.thousandisland.handlers.echo",
            "io.thousandisland.shell",
            "io.thousandisland.telemetry.slf4j",
            "io.thousandisland.osgi.log")
        .allSatisfy((name, state) -> assertThat(state).as(name).isEqualTo(Bundle.ACTIVE));
  }

  private static boolean isFragment(Bundle bundle) {
    return (bundle.adapt(BundleRevision.class).getTypes() & BundleRevision.TYPE_FRAGMENT) != 0;
  }
}
