// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.thousandisland.acceptance.Lines;
import io.thousandisland.acceptance.Ports;
import io.thousandisland.acceptance.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Karaf in a folder, as it is unpacked, with some changes: its repositories are those of a {@link
 * Staging}, its own ports are free ones, its user {@code karaf} exists, Declarative Services waits
 * for drains, and its log has whole messages.
 */
final class Karaf implements AutoCloseable {

  private static final Path ARCHIVE = Path.of("target", "karaf", "apache-karaf.tar.gz");
  private static final Path BUNDLES = Path.of("target", "karaf", "repository");

  private final Path home;
  private final Path java;
  private final ServerProcess process;

  private Karaf(Path home, Path java, ServerProcess process) {
    this.home = home;
    this.java = java;
    this.process = process;
  }

  /** Starts one below the staging's home, on a Java; files of its folder {@code etc} are there. */
  static Karaf start(Staging staging, Path java, List<Path> etc) throws Exception {
    Path home = Files.createDirectories(staging.home().resolve("apache-karaf"));
    Process tar =
        new ProcessBuilder("tar", "xzf", ARCHIVE.toString(), "-C", home.toString())
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(tar.waitFor()).as("exit code of tar, which unpacks " + ARCHIVE).isZero();
    try (var top = Files.list(home)) {
      home = top.findFirst().orElseThrow();
    }
    Path settings = home.resolve("etc");
    append(
        settings.resolve("org.ops4j.pax.url.mvn.cfg"),
        """
        org.ops4j.pax.url.mvn.localRepository = %s
        org.ops4j.pax.url.mvn.repositories = %s@id=staging, %s@id=scr, https://repo1.maven.org/maven2@id=central
        """
            .formatted(staging.maven().repository(), staging.release().toUri(), BUNDLES.toUri()));
    append(
        settings.resolve("org.apache.karaf.shell.cfg"),
        "sshHost = 127.0.0.1\nsshPort = %d\n".formatted(Ports.free()));
    append(
        settings.resolve("org.apache.karaf.management.cfg"),
        "rmiRegistryPort = %d\nrmiServerPort = %d\n".formatted(Ports.free(), Ports.free()));
    append(
        settings.resolve("users.properties"),
        "karaf = karaf,_g_:admingroup\n_g_\\:admingroup = group,admin,manager,viewer,ssh\n");
    append(
        settings.resolve("custom.properties"),
        "ds.lock.timeout.milliseconds = 60000\nds.stop.timeout.milliseconds = 65000\n");
    append(
        settings.resolve("system.properties"),
        "org.osgi.service.http.port = 0\norg.apache.felix.http.host = 127.0.0.1\n");
    Path logging = settings.resolve("org.ops4j.pax.logging.cfg");
    Files.writeString(logging, Files.readString(logging).replace("%.-500m", "%m"));
    for (Path file : etc) {
      Files.copy(file, settings.resolve(file.getFileName()));
    }
    var command = command(home, java, "bin/karaf", "server");
    return new Karaf(home, java, new ServerProcess(command.start()));
  }

  private static ProcessBuilder command(Path home, Path java, String... command) {
    var builder = new ProcessBuilder(command).directory(home.toFile());
    builder.environment().put("JAVA_HOME", java.resolve("../..").normalize().toString());
    builder.environment().put("KARAF_EXEC", "exec"); // signals go to Java, not to the script
    builder.environment().put("EXTRA_JAVA_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
    return builder;
  }

  private static void append(Path file, String lines) throws IOException {
    Files.writeString(file, "\n" + lines, StandardOpenOption.APPEND);
  }

  /** Copies a file into its folder {@code etc}, in one step. */
  void configure(String name, String content) throws IOException {
    Path whole = Files.writeString(home.resolve(name), content);
    Files.move(whole, home.resolve("etc").resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Copies a bundle into its folder {@code deploy}, in one step. */
  void deploy(Path bundle) throws IOException {
    Path whole = home.resolve(bundle.getFileName());
    Files.copy(bundle, whole);
    Files.move(
        whole,
        home.resolve("deploy").resolve(bundle.getFileName()),
        StandardCopyOption.ATOMIC_MOVE);
  }

  /** Waits until its log has a line in which the pattern is found. */
  MatchResult awaitLog(String regex) {
    Pattern pattern = Pattern.compile(regex, Pattern.MULTILINE);
    return await()
        .atMost(ServerProcess.PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .failFast(() -> assertThat(process.alive()).as(() -> log() + process.err().all()).isTrue())
        .until(() -> pattern.matcher(log()), Matcher::find);
  }

  String log() {
    Path file = home.resolve("data/log/karaf.log");
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The port of the named server, as soon as it listens. */
  int port(String server) {
    return Integer.parseInt(awaitLog(server + ": listening on 127\\.0\\.0\\.1:([0-9]+)$").group(1));
  }

  /** The port of Jetty, as soon as it listens. */
  int httpPort() {
    return Integer.parseInt(
        awaitLog("Started ServerConnector.*\\{127\\.0\\.0\\.1:([0-9]+)\\}").group(1));
  }

  /** Waits until its own bundles have started, and its port for commands is open. */
  void awaitStarted() {
    awaitLog("using Nio2ServiceFactoryFactory");
  }

  /** The text that a command of its console prints. */
  String command(String line) throws IOException, InterruptedException {
    var builder = command(home, java, "bin/client", "-u", "karaf", "-p", "karaf", line);
    Process client = builder.redirectErrorStream(true).start();
    try {
      Lines said = Lines.of(client.getInputStream());
      assertThat(client.waitFor(ServerProcess.PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .as("%s ends", line)
          .isTrue();
      String all = String.join("\n", said.whole()).replaceAll("\u001b\\[[0-9;]*m", "");
      assertThat(client.exitValue()).as(() -> line + " said\n" + all + log()).isZero();
      return all;
    } finally {
      client.destroyForcibly();
    }
  }

  /** Sends SIGTERM. */
  void terminate() throws IOException, InterruptedException {
    process.signal("TERM");
  }

  /** Its exit code. */
  int exit() throws InterruptedException {
    return process.exit(ServerProcess.PATIENCE);
  }

  @Override
  public void close() throws InterruptedException {
    process.close();
  }
}
