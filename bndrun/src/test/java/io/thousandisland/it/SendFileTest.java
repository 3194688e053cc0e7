// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.it.handlers.FileHandler;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;

/** H6, W5: the bundle of a handler is updated while its files are on their way. */
@Timeout(120)
class SendFileTest {

  private static final int UPDATES = 10;

  /** More bytes than the kernel keeps for a connection, on both sides. */
  private static final int LARGE = 24 << 20;

  @InjectBundleContext BundleContext context;

  @TempDir Path folder;

  private static HandlerBundle tagged(String tag, boolean nonblocking) {
    return new HandlerBundle("file.handler", "file", tag, 0, FileHandler.class, nonblocking);
  }

  /** Asks for the file, and reads the line before it. */
  private static String ask(Socket client, Path file) throws IOException {
    client.getOutputStream().write((file + "\n").getBytes(StandardCharsets.UTF_8));
    var line = new StringBuilder();
    InputStream in = client.getInputStream();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      assertThat(c).isNotNegative();
      line.append((char) c);
    }
    return line.toString();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void w5HandlerIsUpdatedInTheMiddleOfAFileAndNothingIsLost(boolean nonblocking) throws Exception {
    byte[] content = new byte[LARGE];
    new Random(3).nextBytes(content);
    Path file = Files.write(folder.resolve("large"), content);
    Bundle handler = context.installBundle("test:file", tagged("v0", nonblocking).stream());
    handler.start();
    var settings =
        Map.<String, Object>of(
            "handler.target", "(handler.name=file)", "drainTimeout", "20s", "acceptors", 2);
    try (var server = new ConfiguredServer(context, "files", settings);
        var slow = new Socket(InetAddress.getLoopbackAddress(), server.port());
        var quick = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      slow.setSoTimeout(20_000);
      quick.setSoTimeout(20_000);
      var enough = new AtomicBoolean();
      var load =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  int files = 0;
                  while (!enough.get()) {
                    assertThat(ask(quick, file)).endsWith(" " + ++files);
                    byte[] got = quick.getInputStream().readNBytes(LARGE);
                    assertThat(Arrays.equals(got, content)).isTrue();
                  }
                  return files;
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      for (int i = 0; i < UPDATES; i++) {
        assertThat(ask(slow, file)).isEqualTo("v" + i + " " + (i + 1));
        byte[] head = slow.getInputStream().readNBytes(1000);
        handler.update(tagged("v" + (i + 1), nonblocking).stream());
        byte[] rest = slow.getInputStream().readNBytes(LARGE - 1000);
        assertThat(Arrays.equals(head, Arrays.copyOf(content, 1000))).isTrue();
        assertThat(Arrays.equals(rest, Arrays.copyOfRange(content, 1000, LARGE))).isTrue();
      }
      enough.set(true);
      assertThat(load.get(30, TimeUnit.SECONDS)).isPositive();
      assertThat(server.server().info().accepted()).isEqualTo(2);
    } finally {
      handler.uninstall();
    }
  }
}
