// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.server.Server;
import io.thousandisland.server.Status;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.test.common.annotation.InjectBundleContext;

/** W1, W2, W3 with policy drain: handler bundles come, change and go while clients talk. */
@Timeout(300)
class HotDeployTest {

  @InjectBundleContext BundleContext context;

  private static Map<String, Object> serving(String handler) {
    return Map.of(
        "port", 0,
        "handler.target", "(handler.name=" + handler + ")",
        "drainTimeout", "5s",
        "shutdownTimeout", "5s",
        "handlerWait", "infinite",
        "whenHandlerLeaves", "drain");
  }

  private Bundle install(HandlerBundle bundle) throws Exception {
    Bundle installed = context.installBundle("test:" + bundle.symbolicName(), bundle.stream());
    installed.start();
    return installed;
  }

  @Test
  void handlerIsInstalledUpdatedStoppedAndUninstalledThroughTheBundleApi() throws Exception {
    try (var server = new ConfiguredServer(context, "api", serving("hot"))) {
      assertThat(server.await(Status.WAITING).getProperty(Server.PORT)).isNull();

      Bundle handler = install(new HandlerBundle("hot.handler", "hot", "v1"));
      int port = server.port();
      try (var client = new Client(port)) {
        assertThat(client.ask("one")).isEqualTo("v1:one");

        handler.update(new HandlerBundle("hot.handler", "hot", "v2").stream());

        assertThat(client.seesEnd()).isTrue();
      }
      try (var client = new Client(port)) {
        assertThat(client.ask("two")).isEqualTo("v2:two");
      }

      handler.stop();
      server.await(Status.WAITING);
      try (var early = new Client(port)) { // the port is still bound: the client waits
        early.send("three");
        handler.start();
        assertThat(early.reply(8)).isEqualTo("v2:three");
      }

      handler.uninstall();
      server.await(Status.WAITING);
      assertThat(server.server().info().reason()).get().asString().contains("(handler.name=hot)");
    }
  }

  @Test
  void noConnectIsRefusedAndEveryReplyIsWholeWhileTheBundleIsUpdated() throws Exception {
    try (var server = new ConfiguredServer(context, "load", serving("busy"))) {
      Bundle handler = install(new HandlerBundle("busy.handler", "busy", "v0"));
      int port = server.port();
      var over = new AtomicBoolean();
      var served = new CountDownLatch(20);
      List<CompletableFuture<Integer>> clients =
          List.of(0, 1, 2, 3).stream()
              .map(
                  i -> {
                    var count = new CompletableFuture<Integer>();
                    Thread.ofPlatform().start(() -> talk(port, over, served, count));
                    return count;
                  })
              .toList();
      try {
        assertThat(served.await(20, TimeUnit.SECONDS)).isTrue();
        for (int version = 1; version <= 9; version++) {
          handler.update(new HandlerBundle("busy.handler", "busy", "v" + version).stream());
        }
        try (var client = new Client(port)) {
          assertThat(client.ask("last")).isEqualTo("v9:last");
        }
      } finally {
        over.set(true);
        for (var count : clients) {
          assertThat(count.get(30, TimeUnit.SECONDS)).isPositive();
        }
        handler.uninstall();
      }
    }
  }

  /**
   * Connects again and again, with one question for each connection. A drained connection may end
   * at a message boundary, before its question was read. A reply that comes is whole, and no
   * connect is refused.
   */
  private static void talk(
      int port, AtomicBoolean over, CountDownLatch served, CompletableFuture<Integer> count) {
    int replies = 0;
    try {
      while (!over.get()) {
        try (var client = new Client(port)) {
          client.send("ping");
          String reply = replyOrEnd(client);
          if (!reply.isEmpty()) {
            assertThat(reply).matches("v[0-9]:ping");
            replies++;
            served.countDown();
          }
        }
      }
      count.complete(replies);
    } catch (Throwable wrong) {
      count.completeExceptionally(wrong);
    }
  }

  private static String replyOrEnd(Client client) throws Exception {
    try {
      return client.reply(7);
    } catch (java.net.SocketException reset) {
      return ""; // the drain closed the connection before it read our bytes
    }
  }

  @Test
  void handlerIsInstalledUpdatedAndRemovedByItsFileInTheDeployFolder() throws Exception {
    Path folder = Path.of(context.getProperty("io.thousandisland.deploy.dir"));
    Files.createDirectories(folder);
    Path jar = folder.resolve("filed.jar");
    var settings = new java.util.HashMap<>(serving("filed"));
    settings.put("whenHandlerLeaves", "migrate");
    try (var server = new ConfiguredServer(context, "filed", settings)) {
      drop(jar, new HandlerBundle("filed.handler", "filed", "v1"));
      int port = server.port();
      try (var client = new Client(port)) {
        assertThat(client.ask("one")).isEqualTo("v1:one");
        drop(jar, new HandlerBundle("filed.handler", "filed", "v2"));
        Awaitility.await().until(() -> client.ask("two"), "v2:two"::equals);
        try (var other = new Client(port)) {
          assertThat(other.ask("new")).isEqualTo("v2:new");
        }
      }
      Files.delete(jar);
      server.await(Status.WAITING);
    } finally {
      Files.deleteIfExists(jar);
    }
  }

  /** Moves the jar in one step, as a careful user would: the server never sees half a file. */
  private static void drop(Path jar, HandlerBundle bundle) throws Exception {
    Path whole = Files.createTempFile("handler", ".part");
    Files.write(whole, bundle.bytes());
    Files.move(whole, jar, StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void portIsClosedWhenNoHandlerCameWithinTheHandlerWait() throws Exception {
    var settings = new java.util.HashMap<>(serving("brief"));
    settings.put("handlerWait", "100ms");
    try (var server = new ConfiguredServer(context, "brief", settings)) {
      Bundle handler = install(new HandlerBundle("brief.handler", "brief", "v1"));
      int port = server.port();

      handler.stop();
      server.await("(!(server.port=*))");
      assertThatThrownBy(() -> new Client(port)).isInstanceOf(ConnectException.class);

      handler.start();
      assertThat(server.port()).isEqualTo(port);
      try (var client = new Client(port)) {
        assertThat(client.ask("back")).isEqualTo("v1:back");
      }
      handler.uninstall();
    }
  }

  @Test
  void betterHandlerServesNewConnectionsAndLeavesTheOldTheirs() throws Exception {
    try (var server = new ConfiguredServer(context, "better", serving("ranked"))) {
      Bundle good = install(new HandlerBundle("ranked.good", "ranked", "v1", 1));
      try (var old = server.connect()) {
        assertThat(old.ask("a")).isEqualTo("v1:a");
        Bundle better = install(new HandlerBundle("ranked.better", "ranked", "v2", 2));
        try (var fresh = server.connect()) {
          assertThat(fresh.ask("b")).isEqualTo("v2:b");
        }
        assertThat(old.ask("c")).isEqualTo("v1:c");
        assertThat(server.server().info().generations()).hasSize(2);

        better.uninstall();
        try (var again = server.connect()) {
          assertThat(again.ask("d")).isEqualTo("v1:d");
        }
        assertThat(old.ask("e")).isEqualTo("v1:e");
      }
      good.uninstall();
    }
  }

  @Test
  void classLoaderOfAHandlerThatHasLeftIsCollected() throws Exception {
    try (var server = new ConfiguredServer(context, "collected", serving("collected"))) {
      var queue = new ReferenceQueue<ClassLoader>();
      WeakReference<ClassLoader> loader = serveOnceAndUninstall(server, queue);
      refresh();
      assertThat(collected(queue)).as("reference to the handler's class loader").isSameAs(loader);
    }
  }

  private WeakReference<ClassLoader> serveOnceAndUninstall(
      ConfiguredServer server, ReferenceQueue<ClassLoader> queue) throws Exception {
    Bundle handler = install(new HandlerBundle("collected.handler", "collected", "v1"));
    var loader = new WeakReference<>(handler.adapt(BundleWiring.class).getClassLoader(), queue);
    try (var client = server.connect()) {
      assertThat(client.ask("x")).isEqualTo("v1:x");
      handler.uninstall();
      assertThat(client.seesEnd()).isTrue();
    }
    return loader;
  }

  private void refresh() throws Exception {
    var refreshed = new CountDownLatch(1);
    FrameworkListener listener =
        event -> {
          if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) {
            refreshed.countDown();
          }
        };
    context.getBundle(0).adapt(FrameworkWiring.class).refreshBundles(null, listener);
    assertThat(refreshed.await(20, TimeUnit.SECONDS)).isTrue();
  }

  /** Requests collections until the reference turns up, for 20 seconds at most. */
  private static @Nullable Object collected(ReferenceQueue<ClassLoader> queue)
      throws InterruptedException {
    for (int i = 0; i < 200; i++) {
      System.gc();
      Object found = queue.remove(100);
      if (found != null) {
        return found;
      }
    }
    return null;
  }
}
