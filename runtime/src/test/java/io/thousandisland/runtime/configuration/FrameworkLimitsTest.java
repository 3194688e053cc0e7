// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.runtime.settings.ServerSettings;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/**
 * Rule W8: a deadline that would exceed a limit of the framework is refused by name, and a default
 * is shortened.
 */
class FrameworkLimitsTest {

  /** A framework with that name and these properties; it can do nothing else. */
  private static BundleContext framework(String name, Map<String, String> properties) {
    Bundle system =
        (Bundle)
            Proxy.newProxyInstance(
                Bundle.class.getClassLoader(),
                new Class<?>[] {Bundle.class},
                (proxy, method, args) -> {
                  assertThat(method.getName()).isEqualTo("getSymbolicName");
                  return name;
                });
    return (BundleContext)
        Proxy.newProxyInstance(
            BundleContext.class.getClassLoader(),
            new Class<?>[] {BundleContext.class},
            (proxy, method, args) ->
                switch (method.getName()) {
                  case "getProperty" -> properties.get((String) args[0]);
                  case "getBundle" -> system;
                  default -> throw new AssertionError(method);
                });
  }

  private static FrameworkLimits felix(@Nullable String scr) {
    return FrameworkLimits.of(
        framework(
            "org.apache.felix.framework",
            scr == null ? Map.of() : Map.of("ds.lock.timeout.milliseconds", scr)));
  }

  private static ServerSettings settings(int drainMillis, int shutdownMillis) {
    ServerSettings defaults = ServerSettings.defaults("s");
    Duration drain = Duration.ofMillis(drainMillis);
    return defaults.with(defaults.timeouts().withDrain(drain, Duration.ofMillis(shutdownMillis)));
  }

  @Test
  void w8WithoutPropertiesTheLimitIsThatOfScr() {
    assertThat(felix(null))
        .isEqualTo(new FrameworkLimits(Duration.ofSeconds(5), "ds.lock.timeout.milliseconds"));
  }

  @Test
  void w8PropertiesAreReadAndNonsenseIsIgnoredAsScrDoes() {
    assertThat(felix(" 60000 ").longest()).isEqualTo(Duration.ofMinutes(1));
    assertThat(felix("soon").longest()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void w8OnEquinoxTheShorterOfTheTwoCounts() {
    assertThat(
            FrameworkLimits.of(
                framework("org.eclipse.osgi", Map.of("ds.lock.timeout.milliseconds", "60000"))))
        .isEqualTo(new FrameworkLimits(Duration.ofSeconds(30), "osgi.module.lock.timeout"));
    assertThat(
            FrameworkLimits.of(
                    framework(
                        "org.eclipse.osgi",
                        Map.of(
                            "ds.lock.timeout.milliseconds",
                            "60000",
                            "osgi.module.lock.timeout",
                            "90")))
                .property())
        .isEqualTo("ds.lock.timeout.milliseconds");
  }

  @Test
  void w8FelixHasNoModuleLock() {
    assertThat(
            FrameworkLimits.of(
                    framework(
                        "org.apache.felix.framework",
                        Map.of(
                            "ds.lock.timeout.milliseconds",
                            "60000",
                            "osgi.module.lock.timeout",
                            "2")))
                .longest())
        .isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void w8WhatFitsToTheMillisecondIsNoProblem() {
    assertThat(felix(null).problems(settings(2_000, 2_000))).isEmpty();
    assertThat(felix(null).problems(settings(2_000, 2_001))).hasSize(1);
  }

  @Test
  void w8WhatDoesNotFitIsNamedWithValueLimitAndProperty() {
    assertThat(felix("6000").problems(settings(10_000, 15_000)))
        .singleElement()
        .asString()
        .contains("drainTimeout + shutdownTimeout is 25s")
        .contains("allowed: 5s together")
        .contains("property ds.lock.timeout.milliseconds is 6000;");
  }

  @Test
  void w8DefaultsAreShortenedInProportionAndOnlyIfTheyMustBe() {
    ServerSettings shortened = felix("6000").shorten(ServerSettings.defaults("s"));
    assertThat(shortened.timeouts().drain()).isEqualTo(Duration.ofSeconds(2));
    assertThat(shortened.timeouts().shutdown()).isEqualTo(Duration.ofSeconds(3));
    assertThat(felix("6000").problems(shortened)).isEmpty();
    ServerSettings fitting = settings(1, 2);
    assertThat(felix(null).shorten(fitting)).isSameAs(fitting);
    ServerSettings none = felix("500").shorten(ServerSettings.defaults("s"));
    assertThat(none.timeouts().wholeDrain()).isEqualTo(Duration.ZERO);
  }

  @Test
  void w8WhatWasShortenedIsToldWithTheRemedy() {
    ServerSettings defaults = ServerSettings.defaults("s");
    FrameworkLimits narrow = felix("6000");
    assertThat(narrow.adjustment(defaults, narrow.shorten(defaults)))
        .hasValue(
            "drainTimeout is shortened from 10s to 2s, and shutdownTimeout from 15s to 3s, because"
                + " the framework property ds.lock.timeout.milliseconds is 6000; set the property"
                + " to 26000 or more to keep the defaults");
    FrameworkLimits enough = felix("26000");
    assertThat(enough.adjustment(defaults, enough.shorten(defaults))).isEmpty();
  }

  @Test
  void w8RemedyIsInTheUnitOfTheProperty() {
    ServerSettings defaults = ServerSettings.defaults("s");
    var equinox = new FrameworkLimits(Duration.ofSeconds(20), "osgi.module.lock.timeout");
    assertThat(equinox.adjustment(defaults, equinox.shorten(defaults)))
        .get()
        .asString()
        .contains("osgi.module.lock.timeout is 20; set the property to 26 or more");
  }

  @Test
  void w8WhatTheOperatorSaidIsNotShortened() {
    assertThat(FrameworkLimits.leftToUs(Map.of("port", 1))).isTrue();
    assertThat(FrameworkLimits.leftToUs(Map.of("drainTimeout", "1s"))).isFalse();
    assertThat(FrameworkLimits.leftToUs(Map.of("shutdownTimeout", "1s"))).isFalse();
  }
}
