// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.Hashtable;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.log.LoggerFactory;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.common.annotation.InjectService;

/** Entries that bundles and the framework write to the OSGi log appear where all other lines do. */
@Timeout(60)
class OsgiLogTest {

  private static final String NAME = "org.example.shout.Database";

  @InjectBundleContext BundleContext context;
  @InjectService LoggerFactory loggers;
  @InjectService ConfigurationAdmin configurations;

  private String self() {
    return context.getBundle().getSymbolicName() + " " + context.getBundle().getVersion() + ": ";
  }

  @Test
  void warningOfABundleIsWrittenWithTheBundleAndTheException() {
    try (var log = new LogLines()) {
      loggers.getLogger(NAME).warn("gone: {}", "x", new IllegalStateException("off"));

      String line = log.await(each -> each.startsWith("WARN " + self() + "gone: x"));
      assertThat(line)
          .contains("IllegalStateException: off")
          .contains("at " + getClass().getName());
      assertThat(log.lines()).filteredOn(each -> each.contains("gone: x")).hasSize(1);
    }
  }

  @Test
  void detailsAreWrittenWhenLoggerAdminAndLogbackLetThemThrough() throws Exception {
    Configuration levels = configurations.getConfiguration("org.osgi.service.log.admin", "?");
    var logback = (Logger) org.slf4j.LoggerFactory.getLogger(NAME);
    try (var log = new LogLines()) {
      var properties = new Hashtable<String, Object>();
      properties.put(NAME, "INFO");
      levels.update(properties);
      logback.setLevel(Level.INFO);
      Awaitility.await().until(() -> loggers.getLogger(NAME).isInfoEnabled());

      loggers.getLogger(NAME).info("details");

      log.await(line -> line.equals("INFO " + self() + "details"));
    } finally {
      logback.setLevel(null);
      levels.delete();
    }
  }

  @Test
  void bundleThatTheFrameworkCannotStartIsNamedOnceWithWhatItLacks() throws Exception {
    var made = new MadeBundle("org.example.lacking").header("Import-Package", "com.nobody.exports");
    var levels = context.getBundle(0).adapt(FrameworkStartLevel.class);
    int now = levels.getStartLevel();
    Bundle lacking = context.installBundle("test:lacking", made.stream());
    try (var log = new LogLines()) {
      lacking.adapt(BundleStartLevel.class).setStartLevel(now + 1);
      awaitEarlierChanges(levels); // otherwise that change may find the bundle started
      lacking.start(); // starts as soon as its start level is reached

      lacking.adapt(BundleStartLevel.class).setStartLevel(now);

      String line = log.await(each -> each.contains("org.example.lacking"));
      assertThat(line)
          .startsWith("ERROR ")
          .contains("BundleException: ")
          .contains("com.nobody.exports");
      loggers.getLogger(NAME).warn("whatever came before is written by now");
      log.await(each -> each.contains("is written by now"));
      assertThat(log.lines()).filteredOn(each -> each.contains("lacking")).hasSize(1);
    } finally {
      lacking.uninstall();
    }
  }

  /** The framework changes start levels one after the other, on a thread of its own. */
  private static void awaitEarlierChanges(FrameworkStartLevel levels) throws InterruptedException {
    var done = new CountDownLatch(1);
    levels.setStartLevel(levels.getStartLevel(), event -> done.countDown());
    done.await();
  }

  @Test
  void bundlesAndServicesThatComeAndGoAreNoNews() throws Exception {
    try (var log = new LogLines()) {
      Bundle ordinary =
          context.installBundle("test:ordinary", new MadeBundle("org.example.ordinary").stream());
      ordinary.start();
      context.registerService(Runnable.class, () -> {}, null).unregister();
      ordinary.uninstall();
      loggers.getLogger(NAME).warn("whatever came before is written by now");
      log.await(each -> each.contains("is written by now"));

      assertThat(log.lines()).hasSize(1);
    }
  }
}
