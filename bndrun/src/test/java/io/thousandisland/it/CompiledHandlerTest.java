// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.server.Status;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;

/** The handler of the README: compiled, packed, installed, updated, removed, under a client. */
class CompiledHandlerTest {

  @InjectBundleContext BundleContext context;
  @TempDir Path folder;

  private InputStream bundle(String source) throws Exception {
    return new JavaSource("org.example.shout", "ShoutHandler", source)
        .bundle(context, Files.createTempDirectory(folder, "build"));
  }

  private String readme() throws Exception {
    Path readme = Path.of(context.getProperty("docs.dir"), "..", "README.md");
    var code = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    return code.matcher(Files.readString(readme)).results().findFirst().orElseThrow().group(1);
  }

  private static String exchange(Client client, String text) throws Exception {
    client.send(text);
    return client.reply(text.length());
  }

  @Test
  void handlerOfTheReadmeIsInstalledUpdatedStoppedAndUninstalledWhileAClientTalks()
      throws Exception {
    String shouts = readme();
    String whispers = shouts.replace("toUpperCase", "toLowerCase");
    assertThat(whispers).isNotEqualTo(shouts);
    Map<String, Object> settings =
        Map.of(
            "handler.target", "(handler.name=shout)",
            "drainTimeout", "0s",
            "shutdownTimeout", "5s",
            "handlerWait", "infinite",
            "whenHandlerLeaves", "drain");
    try (var server = new ConfiguredServer(context, "readme", settings)) {
      server.await(Status.WAITING);
      Bundle handler = context.installBundle("test:shout", bundle(shouts));
      try {
        handler.start();
        int port = server.port();
        try (var client = new Client(port)) {
          assertThat(exchange(client, "Hello")).isEqualTo("HELLO");
          handler.update(bundle(whispers));
          assertThat(client.seesEnd()).isTrue();
        }
        try (var client = new Client(port)) {
          assertThat(exchange(client, "Hello")).isEqualTo("hello");
          handler.stop();
          assertThat(client.seesEnd()).isTrue();
        }
        try (var early = new Client(port)) { // waits while the handler is stopped, then is served
          early.send("Again");
          handler.start();
          assertThat(early.reply(5)).isEqualTo("again");
        }
      } finally {
        handler.uninstall();
      }
      server.await(Status.WAITING);
      server.awaitReason("no handler matches (handler.name=shout)");
    }
  }
}
