// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Handler;
import io.thousandisland.it.handlers.CountingHandler;
import io.thousandisland.it.handlers.TroublesomeHandler;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;
import org.osgi.test.common.annotation.InjectBundleContext;

/** W1: a handler that matches and cannot be obtained is named, and the next best handler serves. */
@Timeout(120)
class UnobtainableHandlerTest {

  private static final String BROKEN =
      "handler frail 1.0.0 of bundle frail.handler cannot be obtained:"
          + " java.lang.IllegalStateException: broken on purpose";

  @InjectBundleContext BundleContext context;

  private final List<Bundle> installed = new ArrayList<>();

  @AfterEach
  void uninstall() throws Exception {
    for (Bundle bundle : installed) {
      bundle.uninstall();
    }
  }

  private Bundle start(String bundle, String tag, int ranking, Class<?> code) throws Exception {
    var made = new HandlerBundle(bundle + ".handler", "frail", tag, ranking, code);
    Bundle started = context.installBundle("test:" + bundle, made.stream());
    installed.add(started);
    started.start();
    return started;
  }

  private static Map<String, Object> settings() {
    return Map.of(
        "handler.target", "(handler.name=frail)", "drainTimeout", "5s", "shutdownTimeout", "5s");
  }

  @Test
  void l2HandlerWhoseActivationFailsIsNamedWithTheReason() throws Exception {
    try (var server = new ConfiguredServer(context, "alone", settings());
        var events = new Events(context, "alone");
        var log = new LogLines()) {
      server.await(Status.WAITING);
      start("frail", "vBroken", 0, TroublesomeHandler.class);

      server.awaitReason(BROKEN);
      assertThat(server.server().status()).isEqualTo(Status.WAITING);
      assertThat(events.await(TelemetryEvent.HandlerUnavailable.class).reason())
          .isEqualTo("java.lang.IllegalStateException: broken on purpose");
      log.await(line -> line.equals("WARN alone: " + BROKEN + "; next try in 1s"));
    }
  }

  @Test
  void l2NextBestServesMeanwhileAndTheStatusSaysWhyTheBestDoesNot() throws Exception {
    start("sound", "v1", 0, CountingHandler.class);
    try (var server = new ConfiguredServer(context, "second", settings());
        var client = new LineClient(server.port())) {
      assertThat(client.ask("a")).isEqualTo("1 v1 a");
      Bundle frail = start("frail", "vBroken", 10, TroublesomeHandler.class);
      server.awaitReason(BROKEN);
      assertThat(server.server().status()).isEqualTo(Status.RUNNING);
      assertThat(client.ask("b")).isEqualTo("2 v1 b");
      try (var fresh = new LineClient(server.port())) {
        assertThat(fresh.ask("c")).isEqualTo("1 v1 c");
      }

      frail.stop();

      Awaitility.await().until(() -> server.server().info().reason().isEmpty());
      assertThat(client.ask("d")).isEqualTo("3 v1 d");
    }
  }

  /** A service factory whose first two calls fail, whichever bundle makes them. */
  private static final class Moody implements ServiceFactory<Handler<?>> {
    final AtomicInteger asked = new AtomicInteger();

    @Override
    public Handler<?> getService(Bundle bundle, ServiceRegistration<Handler<?>> registration) {
      if (asked.incrementAndGet() <= 2) {
        throw new IllegalStateException("not yet");
      }
      var handler = new CountingHandler();
      handler.activate(Map.of("tag", "v9"));
      return handler;
    }

    @Override
    public void ungetService(
        Bundle bundle, ServiceRegistration<Handler<?>> registration, Handler<?> service) {}
  }

  @Test
  void l2ServerTriesAgainByItself() throws Exception {
    var properties = new Hashtable<String, Object>();
    properties.put("handler.name", "frail");
    properties.put(Constants.SERVICE_RANKING, 5);
    try (var log = new LogLines();
        var server = new ConfiguredServer(context, "stubborn", settings())) {
      server.await(Status.WAITING);
      var moody = new Moody();
      ServiceRegistration<?> registration =
          context.registerService(Handler.class.getName(), moody, properties);
      try (var client = new LineClient(server.port())) {
        assertThat(client.ask("a")).isEqualTo("1 v9 a");
        assertThat(moody.asked).hasValue(3);
        log.await(l -> l.matches("INFO stubborn: handler frail .* is available now, and serves"));
      } finally {
        registration.unregister();
      }
    }
  }

  /** Obtaining it would activate its component for nothing. */
  @Test
  void w1HandlerThatIsNotChosenIsNotObtained() throws Exception {
    start("sound", "v1", 10, CountingHandler.class);
    var properties = new Hashtable<String, Object>();
    properties.put("handler.name", "frail");
    var moody = new Moody();
    ServiceRegistration<?> registration =
        context.registerService(Handler.class.getName(), moody, properties);
    try (var server = new ConfiguredServer(context, "frugal", settings());
        var client = new LineClient(server.port())) {
      assertThat(client.ask("a")).isEqualTo("1 v1 a");
      assertThat(moody.asked).hasValue(0);
    } finally {
      registration.unregister();
    }
  }
}
