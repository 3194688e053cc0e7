// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.telemetry.TelemetryListener;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.common.annotation.InjectService;

/** X7: a handler's promise not to block is a service property, which an operator may take back. */
class LentThreadTest {

  private static final String ECHO = "io.thousandisland.handlers.echo.EchoHandler";
  private static final Map<String, Object> SETTINGS =
      Map.of(
          "handler.target", "(handler.name=echo)",
          "drainTimeout", "5s",
          "shutdownTimeout", "5s");

  @InjectBundleContext BundleContext context;
  @InjectService ConfigurationAdmin admin;

  /**
   * Records the threads on which bytes are received, because events are delivered on those threads.
   */
  private static final class Threads implements TelemetryListener {
    private final BlockingQueue<String> names = new LinkedBlockingQueue<>();

    @Override
    public void on(TelemetryEvent event) {
      if (event instanceof TelemetryEvent.Received && event.server().equals("lent")) {
        names.add(Thread.currentThread().getName());
      }
    }

    String next() throws InterruptedException {
      return String.valueOf(names.poll(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void x7EchoRunsOnPollersUntilItsPromiseIsTakenBack() throws Exception {
    var threads = new Threads();
    var listening = context.registerService(TelemetryListener.class, threads, null);
    try (var server = new ConfiguredServer(context, "lent", SETTINGS);
        var client = server.connect()) {
      awaitThread(client, threads, "poller");

      Configuration promise = admin.getConfiguration(ECHO, "?");
      promise.update(new Hashtable<>(Map.of("handler.nonblocking", "false")));
      awaitGeneration(server, 2);
      awaitThread(client, threads, "lent connection ");

      promise.delete();
      awaitGeneration(server, 3);
      awaitThread(client, threads, "poller");
    } finally {
      listening.unregister();
      Configuration[] left = admin.listConfigurations("(service.pid=" + ECHO + ")");
      if (left != null) { // the test has failed in the middle
        left[0].delete();
      }
    }
  }

  /**
   * Waits until a thread of that name replies. Bytes that come before the connection rests or moves
   * are handled on its old thread.
   */
  private static void awaitThread(Client client, Threads threads, String named) {
    Awaitility.await(named).until(() -> echo(client, threads), name -> name.contains(named));
  }

  private static String echo(Client client, Threads threads) throws Exception {
    client.send("x");
    assertThat(client.reply(1)).isEqualTo("x");
    return threads.next();
  }

  private static void awaitGeneration(ConfiguredServer server, int number) throws Exception {
    var service = server.server();
    Awaitility.await()
        .until(
            () -> service.info().generations(),
            all -> all.size() == 1 && all.getFirst().number() == number);
  }
}
