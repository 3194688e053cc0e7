// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.acceptance.bundles.ControlActivator;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Controls the one handler bundle of a test in the framework of another process by the Bundle API,
 * and its servers by their services. An update begins when the test asks for it, and is over when
 * the answer is here.
 *
 * <p>Thread: one at a time. A test that does several things at a time needs as many controls.
 */
final class Control implements AutoCloseable {

  private final Socket socket;
  private final BufferedReader answers;

  private Control(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    answers =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Called before the launch: the server then starts with the bundle that obeys the commands. */
  static void deploy(Launch launch) throws IOException {
    Files.createDirectories(launch.deploy());
    TestBundle.activatedBy(ControlActivator.class)
        .with("Import-Package", "org.osgi.framework, io.thousandisland.server")
        .write(launch.deploy().resolve("control.jar"));
  }

  static Control of(ServerProcess server) throws IOException, InterruptedException {
    return new Control(Integer.parseInt(server.awaitLog("control listens on ([0-9]+)").group(1)));
  }

  Duration install(Path file) throws IOException {
    return Duration.ofMillis(number("install " + file.toUri()));
  }

  Duration update(Path file) throws IOException {
    return Duration.ofMillis(number("update " + file.toUri()));
  }

  /** Bytes of direct buffers in that process. */
  long direct() throws IOException {
    return number("direct");
  }

  /** The result of a command that gives a number. */
  long number(String command) throws IOException {
    return Long.parseLong(text(command));
  }

  /** The result of a command, as {@link ControlActivator} gives it. */
  String text(String command) throws IOException {
    socket.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
    String answer = answers.readLine();
    assertThat(answer).as(command).startsWith("done ");
    return answer.substring("done ".length());
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
