// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.server.Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.test.common.annotation.InjectBundleContext;

/** Configurations that come in a bundle (Configurator) and as a file (the deploy folder). */
class DeliveredConfigurationTest {

  @InjectBundleContext BundleContext context;

  private ServiceReference<Server> running(String name) {
    return Awaitility.await(name)
        .until(() -> find(name, "RUNNING"), found -> !found.isEmpty())
        .getFirst();
  }

  private List<ServiceReference<Server>> find(String name, String status) throws Exception {
    String filter = "(&(server.name=" + name + ")(server.status=" + status + "))";
    return List.copyOf(context.getServiceReferences(Server.class, filter));
  }

  private void awaitGone(String name) {
    Awaitility.await(name).until(() -> find(name, "*").isEmpty());
  }

  private int acceptors(ServiceReference<Server> server) {
    return context.getService(server).info().acceptors();
  }

  private void assertEchoes(ServiceReference<Server> server) throws Exception {
    try (var client = new Client((Integer) server.getProperty(Server.PORT))) {
      client.send("hello");
      assertThat(client.reply(5)).isEqualTo("hello");
    }
  }

  private static MadeBundle carrying(int acceptors) {
    return new MadeBundle("configuring")
        .header("Require-Capability", "osgi.extender;filter:=\"(osgi.extender=osgi.configurator)\"")
        .file(
            "OSGI-INF/configurator/servers.json",
            """
            { ":configurator:resource-version": 1,
              "io.thousandisland.server~carried-along": {
                "port:Integer": 0,
                "acceptors:Integer": %d,
                "handler.target": "(handler.name=echo)",
                "drainTimeout": "5s", "shutdownTimeout": "5s" } }
            """
                .formatted(acceptors));
  }

  @Test
  void bundleBringsAServerChangesItAndTakesItAway() throws Exception {
    Bundle bundle = context.installBundle("test:configuring", carrying(2).stream());
    try {
      bundle.start();
      ServiceReference<Server> server = running("carried-along");
      assertEchoes(server);
      assertThat(acceptors(server)).isEqualTo(2);

      bundle.update(carrying(3).stream());
      Awaitility.await()
          .until(
              () -> find("carried-along", "RUNNING").stream().map(this::acceptors).toList(),
              List.of(3)::equals);
      assertEchoes(running("carried-along"));
    } finally {
      bundle.uninstall();
    }
    awaitGone("carried-along");
  }

  private static void write(Path file, String content) throws Exception {
    Path whole = Files.createTempFile("server", ".part");
    Files.writeString(whole, content);
    Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void fileBringsAServerChangesItAndTakesItAway() throws Exception {
    Path folder = Path.of(context.getProperty("io.thousandisland.deploy.dir"));
    Files.createDirectories(folder);
    Path file = folder.resolve("io.thousandisland.server-onfile.cfg");
    String settings =
        "port = 0\nhandler.target = (handler.name=echo)\ndrainTimeout = 5s\nshutdownTimeout = 5s\n";
    try {
      write(file, settings + "maxConnections = 11\n");
      ServiceReference<Server> server = running("onfile");
      assertEchoes(server);
      Server service = context.getService(server);
      assertThat(service.info().maxConnections()).isEqualTo(11);

      write(file, settings + "maxConnections = 1234\n");
      Awaitility.await().until(() -> service.info().maxConnections() == 1234);
      assertEchoes(server);

      write(file, settings + "maxConnections = lots\n");
      Awaitility.await()
          .until(
              () -> service.info().reason().orElse(""),
              reason -> reason.contains("maxConnections is lots"));
      assertEchoes(server);
    } finally {
      Files.deleteIfExists(file);
    }
    awaitGone("onfile");
  }
}
