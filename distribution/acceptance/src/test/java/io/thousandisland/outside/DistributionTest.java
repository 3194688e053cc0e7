// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.outside;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.acceptance.Client;
import io.thousandisland.acceptance.Ports;
import io.thousandisland.acceptance.ServerProcess;
import io.thousandisland.acceptance.Systemd;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The servers of the distribution, as a user has it: unpacked into a folder whose name has a space,
 * and started by its program. All tests share the installation, and no server writes into it.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(300)
@SuppressWarnings("NullAway.Init") // unpack() does
class DistributionTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** SIGTERM, after the drain. */
  private static final int TERMINATED = 143;

  @TempDir static Path everything;

  private static Staging staging;
  private static Distribution distribution;
  private static Map<String, String> unpacked;

  @TempDir Path home;

  @BeforeAll
  static void unpack() throws Exception {
    Path there = Files.createDirectories(everything.resolve("a folder"));
    staging = Staging.of(there);
    distribution = Distribution.unpack(staging, there);
    unpacked = distribution.files();
  }

  @AfterAll
  static void nothingIsWrittenIntoTheInstallation() throws Exception {
    if (unpacked != null) { // else there is no release
      assertThat(distribution.files()).isEqualTo(unpacked);
    }
  }

  /** The folder of a server's state, and in it a deploy folder. */
  private Path base() throws Exception {
    Path base = home.resolve("a base");
    Files.createDirectories(base.resolve("deploy"));
    return base;
  }

  private String temporary() throws Exception {
    return "-Djava.io.tmpdir=" + Files.createDirectories(home.resolve("tmp"));
  }

  @Test
  void serverEchoesAndTakesAnExampleAndItsUpdateAndDrainsAtSigterm() throws Exception {
    Path base = base();
    Path deploy = base.resolve("deploy");
    try (var server = distribution.start(home, "-Dport=0", "-Dbase=a base", temporary())) {
      try (var client = new Client(server.port("echo"))) {
        assertThat(client.ask("hello")).isEqualTo("hello");
      }

      distribution.deploy("chat", deploy, Map.of("port = 6667", "port = 0"));
      try (var client = new Client(server.port("chat"))) {
        assertThat(client.line()).startsWith("! Commands are");
        assertThat(client.line()).isEqualTo("* guest1 is here.\n");
        client.send("before\n");
        assertThat(client.line()).isEqualTo("guest1: before\n");

        Path newer = another(deploy.resolve("chat.jar"), home.resolve("newer.jar"));
        Files.move(newer, deploy.resolve("chat.jar"), StandardCopyOption.REPLACE_EXISTING);
        server.awaitLog("deploy: chat.jar: .* is updated to 0\\.99\\.0 and started$");
        server.awaitLog("chat: .*handler chat 0\\.99\\.0, serves new connections");
        client.send("after\n");
        assertThat(client.line()).isEqualTo("guest1: after\n");

        server.signal("TERM");
        assertThat(server.exit(LIMIT)).isEqualTo(TERMINATED);
        server.awaitLog("chat: server drained: 0 migrated, 1 graceful, 0 forced");
      }
      server.saidNoStackTrace();
      assertThat(home.resolve("tmp")).isEmptyDirectory();
    }
  }

  /** The same bundle as a newer version. */
  private static Path another(Path bundle, Path newer) throws Exception {
    try (var in = new JarInputStream(Files.newInputStream(bundle))) {
      Manifest manifest = in.getManifest();
      manifest.getMainAttributes().putValue("Bundle-Version", "0.99.0");
      try (var out = new JarOutputStream(Files.newOutputStream(newer), manifest)) {
        for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
          out.putNextEntry(new JarEntry(entry.getName()));
          in.transferTo(out);
        }
      }
    }
    return newer;
  }

  @Test
  void everyExampleServesOnEquinoxFromABaseFolderThroughALink() throws Exception {
    Path deploy = base().resolve("deploy");
    int redis = Ports.free();
    distribution.deploy("echo", deploy, Map.of());
    distribution.deploy("redis", deploy, Map.of("port = 6380", "port = " + redis));
    distribution.deploy("gateway", deploy, Map.of("6390", "0", "6380", "" + redis));
    distribution.deploy(
        "smtp",
        deploy,
        Map.of(
            "port = 2525", "port = 0", "#folder = $[prop:base]/", "folder = " + "$[prop:base]/"));
    Files.createDirectories(base().resolve("mail"));
    Path link = Files.createSymbolicLink(home.resolve("ti"), distribution.program());
    Path linkToIt = Files.createSymbolicLink(home.resolve("second"), Path.of("ti"));
    String[] options = {"-Dport=0", "-Dfw=equinox", "-Dbase=" + base(), temporary()};
    ProcessBuilder process = distribution.process(linkToIt, everything, options);
    try (var server = new ServerProcess(process.start())) {
      try (var client = new Client(server.port("echo"))) {
        assertThat(client.ask("hello")).isEqualTo("hello");
      }
      try (var client = new Client(server.port("redis"))) {
        assertThat(ask(client, "SET greeting hello")).isEqualTo("+OK");
      }
      try (var client = new Client(server.port("gateway"))) {
        assertThat(ask(client, "GET greeting")).isEqualTo("$5");
      }
      try (var client = new Client(server.port("mail"))) {
        assertThat(client.line()).startsWith("220 ");
        for (String command :
            List.of("HELO me", "MAIL FROM:<ann@test>", "RCPT TO:<bob@test>", "DATA")) {
          assertThat(ask(client, command)).matches("(250|354) .*");
        }
        assertThat(ask(client, "Subject: hello\r\n\r\nhello\r\n.")).startsWith("250 ");
      }
      assertThat(base().resolve("mail")).isNotEmptyDirectory();
      assertThat(server.out().all()).noneMatch(line -> line.contains(" WARN "));
      server.signal("TERM");
      assertThat(server.exit(LIMIT)).isEqualTo(TERMINATED);
    }
  }

  private static String ask(Client client, String line) throws Exception {
    client.send(line + "\r\n");
    return client.line().strip();
  }

  /** systemd's part is played by its own program, which makes the socket the third file. */
  @Test
  void commandOfTheUnitServesAtTheSocketOfSystemd() throws Exception {
    Path systemd = distribution.folder().resolve("systemd");
    Path base = base();
    String configuration = "io.thousandisland.server-echo.cfg";
    Files.copy(systemd.resolve(configuration), base.resolve("deploy").resolve(configuration));
    String unit = Files.readString(systemd.resolve("thousandisland.service"));
    String[] words = found("ExecStart=(.*)", unit).split(" ");
    assertThat(words)
        .startsWith("/opt/thousandisland/bin/thousandisland", "-Dbase=/var/lib/thousandisland");
    words[0] = distribution.program().toString();
    words[1] = "-Dbase=" + base;
    int port = Ports.free();
    List<String> activate =
        Systemd.command(
            "systemd-socket-activate",
            "--listen=127.0.0.1:" + port,
            "--setenv=JAVA_HOME=" + distribution.java(),
            "sh",
            "-c",
            "exec \"$@\" <&3 3<&-",
            "sh");
    List<String> command =
        Stream.of(activate.stream(), Stream.of(words), Stream.of(temporary()))
            .flatMap(part -> part)
            .toList();
    var process = new ProcessBuilder(command).directory(home.toFile());
    try (var server = new ServerProcess(process.start())) {
      server.err().await("Listening on", LIMIT);
      try (var client = new Client(port)) {
        assertThat(client.ask("hello")).isEqualTo("hello");
      }
      server.signal("TERM");
      assertThat(server.exit(LIMIT)).isEqualTo(TERMINATED);
    }
  }

  /** No image is built here: its base image is in a registry. */
  @Test
  void containerfileFindsItsFilesAndItsEntryPointServesAtAllAddressesAndIsHealthy()
      throws Exception {
    String containerfile =
        Files.readString(distribution.folder().resolve("container/Containerfile"))
            .replace("\\\n", "");
    assertThat(containerfile).contains("\nCOPY . /opt/thousandisland/\n", "\nVOLUME /deploy\n");
    String configuration = found("COPY (\\S+) /deploy/", containerfile);
    Path deploy = Files.createDirectories(home.resolve("deploy"));
    int port = Ports.free();
    Files.writeString(
        deploy.resolve("io.thousandisland.server-echo.cfg"),
        Files.readString(distribution.folder().resolve(configuration)).replace("7777", "" + port));

    String[] entry = words(found("ENTRYPOINT \\[(.*)\\]", containerfile));
    assertThat(entry[0]).isEqualTo("/opt/thousandisland/bin/thousandisland");
    String[] options =
        Stream.concat(
                Stream.of(entry)
                    .skip(1)
                    .map(word -> word.replace("=/deploy", "=" + deploy).replace("7780", "0")),
                Stream.of(temporary()))
            .toArray(String[]::new);
    try (var server = distribution.start(Path.of("/"), options)) {
      server.awaitLog("echo: listening on 0\\.0\\.0\\.0:" + port);
      String[] health = words(found("CMD \\[(.*)\\]", containerfile));
      health[2] = health[2].replace("7777", "" + port);
      Distribution.Ended healthy = Distribution.run(new ProcessBuilder(health));
      assertThat(healthy.code()).as("%s", healthy.err()).isZero();
    }
  }

  private static String found(String regex, String text) {
    Matcher matcher = Pattern.compile("(?m)^ *.*" + regex + "$").matcher(text);
    assertThat(matcher.find()).as(regex).isTrue();
    return matcher.group(1);
  }

  /** The words of a list as JSON has it. */
  private static String[] words(String list) {
    return list.substring(1, list.length() - 1).split("\", \"");
  }
}
