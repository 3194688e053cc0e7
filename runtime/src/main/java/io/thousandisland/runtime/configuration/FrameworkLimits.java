// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.configuration;

import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.settings.Timeouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.BundleContext;

/**
 * The time that an unbind may take before SCR or the framework gives up. A drain runs inside an
 * unbind, so the drain's timeouts must fit.
 *
 * <p>Felix SCR gives up a lock after {@code ds.lock.timeout.milliseconds} (5 s unless set). Equinox
 * gives up a bundle's state change after {@code osgi.module.lock.timeout} seconds (30 unless set).
 * The Felix framework has no such limit.
 */
public record FrameworkLimits(Duration longest, String property) {

  /** The time beyond the timeouts: for force, and for the unbind's work before and after. */
  static final Duration MARGIN = Duration.ofSeconds(1);

  public static FrameworkLimits of(BundleContext context) {
    long scr = number(context, "ds.lock.timeout.milliseconds", 5_000);
    var limit = new FrameworkLimits(Duration.ofMillis(scr), "ds.lock.timeout.milliseconds");
    if ("org.eclipse.osgi".equals(context.getBundle(0).getSymbolicName())) {
      Duration equinox = Duration.ofSeconds(number(context, "osgi.module.lock.timeout", 30));
      if (equinox.compareTo(limit.longest) < 0) {
        return new FrameworkLimits(equinox, "osgi.module.lock.timeout");
      }
    }
    return limit;
  }

  private static long number(BundleContext context, String property, long otherwise) {
    String text = context.getProperty(property);
    try {
      return text == null ? otherwise : Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      return otherwise; // as the readers of the property do
    }
  }

  /** The problems with these settings in this framework; empty when they fit. */
  public List<String> problems(ServerSettings settings) {
    var problems = new ArrayList<String>();
    if (!fits(settings)) {
      problems.add(
          "drainTimeout + shutdownTimeout is "
              + Timeouts.text(settings.timeouts().wholeDrain())
              + "; allowed: "
              + Timeouts.text(longest.minus(MARGIN))
              + " together, because the framework property "
              + property
              + " is "
              + value(longest)
              + "; raise the property, or shorten the timeouts");
    }
    return problems;
  }

  private boolean fits(ServerSettings settings) {
    Duration needed = settings.timeouts().wholeDrain().plus(MARGIN);
    return needed.compareTo(longest) <= 0;
  }

  /**
   * True when {@code properties} set neither timeout, so that the defaults may be shortened to fit.
   */
  public static boolean leftToUs(Map<String, Object> properties) {
    return !properties.containsKey("drainTimeout") && !properties.containsKey("shutdownTimeout");
  }

  /** {@code duration} in the unit of the property: milliseconds, or whole seconds. */
  private long value(Duration duration) {
    return property.endsWith("milliseconds")
        ? duration.toMillis()
        : duration.plusMillis(999).toSeconds();
  }

  /**
   * The notice to the operator when {@code applied} is in force instead; empty when the timeouts
   * are equal.
   */
  public Optional<String> adjustment(ServerSettings wanted, ServerSettings applied) {
    Timeouts before = wanted.timeouts();
    Timeouts now = applied.timeouts();
    if (now.equals(before)) {
      return Optional.empty();
    }
    return Optional.of(
        "drainTimeout is shortened from %s to %s, and shutdownTimeout from %s to %s, because the framework property %s is %d; set the property to %d or more to keep the defaults"
            .formatted(
                Timeouts.text(before.drain()),
                Timeouts.text(now.drain()),
                Timeouts.text(before.shutdown()),
                Timeouts.text(now.shutdown()),
                property,
                value(longest),
                value(before.wholeDrain().plus(MARGIN))));
  }

  /** The settings with drain and shutdown timeouts that fit, in the proportion of the defaults. */
  public ServerSettings shorten(ServerSettings settings) {
    if (fits(settings)) {
      return settings;
    }
    Duration together = longest.minus(MARGIN);
    if (together.isNegative()) {
      together = Duration.ZERO;
    }
    Duration drain = together.multipliedBy(2).dividedBy(5);
    Duration spread = settings.leave().spread();
    ServerSettings sudden = settings.with(settings.leave().withSpread(Duration.ZERO));
    ServerSettings shorter =
        sudden.with(settings.timeouts().withDrain(drain, together.minus(drain)));
    return shorter.with(settings.leave().withSpread(spread.compareTo(drain) > 0 ? drain : spread));
  }
}
