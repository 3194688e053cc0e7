// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Row K7: a large file needs little memory. A process with little of it sends the file. */
@Timeout(120)
class SendFileMemoryTest {

  private static final int MEBIBYTES = 256;

  @TempDir Path folder;

  /** A server and its client in one process; prints the hash of the bytes that the client got. */
  static final class Child {
    private Child() {}

    private record Sending(Path file) implements Handler<Void> {
      @Override
      public Next<Void> handleData(ByteBuffer data, Socket socket, Void state) throws Exception {
        data.position(data.limit());
        socket.sendFile(file);
        return Next.close(state);
      }
    }

    public static void main(String[] arguments) throws Exception {
      MessageDigest hash = sha256();
      var handler = new Sending(Path.of(arguments[0]));
      try (var server = RunningServer.unheard(RunningServer.settings(), handler)) {
        var client = server.connect();
        Peers.send(client, "go");
        InputStream in = client.getInputStream();
        var data = new byte[64 << 10];
        for (int got = in.read(data); got >= 0; got = in.read(data)) {
          hash.update(data, 0, got);
        }
      }
      System.out.print(HexFormat.of().formatHex(hash.digest()));
    }
  }

  private static MessageDigest sha256() throws Exception {
    return MessageDigest.getInstance("SHA-256");
  }

  /** Bytes that differ from each other, and their hash. */
  private static String write(Path file) throws Exception {
    MessageDigest hash = sha256();
    var random = new Random(7);
    var data = new byte[1 << 20];
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int i = 0; i < MEBIBYTES; i++) {
        random.nextBytes(data);
        hash.update(data);
        out.write(data);
      }
    }
    return HexFormat.of().formatHex(hash.digest());
  }

  @Test
  void k7FileOf256MebibytesArrivesWholeFromAProcessWithTwentyMebibytes() throws Exception {
    Path file = folder.resolve("large");
    String expected = write(file);
    var command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx20m",
            "-XX:MaxDirectMemorySize=4m",
            "-XX:+UseSerialGC",
            "-Dhandlers.nonblocking=" + RunningServer.NONBLOCKING,
            "-cp",
            System.getProperty("java.class.path"),
            Child.class.getName(),
            file.toString());
    Process child =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try {
      var got = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(got).isEqualTo(expected);
      assertThat(child.waitFor()).isZero();
    } finally {
      child.destroyForcibly();
    }
  }
}
