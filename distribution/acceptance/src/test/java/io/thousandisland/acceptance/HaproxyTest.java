// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.thousandisland.acceptance.bundles.ProxiedHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * K14: a server behind the real HAProxy. The variable {@code TEST_HAPROXY} names a folder with the
 * program, as {@code .ci/unpack} prints it.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(180)
class HaproxyTest {

  private static final int UPDATES = 20;

  /** Successful checks that HAProxy wants before it calls a server UP. */
  private static final int CHECKS = 20;

  private static final String EVERYTHING =
      "send-proxy-v2 proxy-v2-options"
          + " ssl,cert-cn,ssl-cipher,cert-sig,cert-key,crc32c,authority,unique-id";

  @TempDir Path home;

  private Examples.Tools tools;
  private @Nullable Process haproxy;

  @BeforeEach
  void requireTools() {
    tools =
        Examples.Tools.of(
            "TEST_HAPROXY",
            ".ci/unpack target/haproxy haproxy liblua5.3-0 libopentracing-c-wrapper0"
                + " libopentracing1");
  }

  @AfterEach
  void endHaproxy() throws InterruptedException {
    Process mine = haproxy;
    if (mine != null) {
      mine.destroyForcibly().waitFor();
    }
  }

  /** Starts HAProxy, and returns when its ports are open. */
  private void proxy(String... lines) throws Exception {
    int ready = Ports.free();
    Path file = home.resolve("haproxy.cfg");
    Files.writeString(
        file,
        """
        global
          stats socket %s mode 600 level admin
        defaults
          mode tcp
          timeout connect 5s
          timeout client 60s
          timeout server 60s
          unique-id-format %%{+X}o\\ %%ci:%%cp_%%fi:%%fp_%%Ts_%%rt:%%pid
        frontend ready
          mode http
          bind 127.0.0.1:%d
          monitor-uri /ready
        """
                .formatted(home.resolve("stats.sock"), ready)
            + String.join("\n", lines)
            + "\n");
    Process started =
        tools
            .run("haproxy", "-db", "-f", file.toString())
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("haproxy.log").toFile())
            .start();
    haproxy = started;
    await("HAProxy listens")
        .atMost(ServerProcess.PATIENCE)
        .until(
            () -> {
              assertThat(started.isAlive()).as(() -> log()).isTrue();
              try (var asked = new Client(ready)) {
                return true;
              } catch (IOException notYet) {
                return false;
              }
            });
  }

  private String log() {
    try {
      return Files.readString(home.resolve("haproxy.log"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** The state of the server {@code one} behind the frontend {@code name}, as HAProxy sees it. */
  private String state(String name) throws IOException {
    SocketAddress stats = UnixDomainSocketAddress.of(home.resolve("stats.sock"));
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(stats);
      channel.write(ByteBuffer.wrap("show stat\n".getBytes(UTF_8)));
      var answer = ByteBuffer.allocate(1 << 16);
      while (channel.read(answer) >= 0) {
        assertThat(answer.hasRemaining()).isTrue();
      }
      return UTF_8
          .decode(answer.flip())
          .toString()
          .lines()
          .filter(line -> line.startsWith(name + ",one,"))
          .findFirst()
          .map(line -> line.split(",")[17])
          .orElse("no such server");
    }
  }

  /** A server that only HAProxy reaches. */
  private ServerProcess server(Framework framework, int port, String... more) throws IOException {
    Launch launch = Launch.of(framework, home);
    Control.deploy(launch);
    var lines =
        new ArrayList<>(
            List.of(
                "port = " + port,
                "handler.target = (handler.name=proxied)",
                "proxyProtocol = required",
                "proxySources = 127.0.0.1"));
    lines.addAll(List.of(more));
    Files.write(launch.deploy().resolve("io.thousandisland.server-behind.cfg"), lines);
    return launch.start();
  }

  private Path handler(int version) throws IOException {
    return TestBundle.handler(ProxiedHandler.class, "proxied", version, version % 2 == 0)
        .write(home.resolve("handler-" + version + ".jar"));
  }

  private static String line(Socket socket, String question) throws IOException {
    socket.setSoTimeout(30_000);
    socket.getOutputStream().write((question + "\n").getBytes(UTF_8));
    var line = new java.io.ByteArrayOutputStream();
    for (int next = socket.getInputStream().read();
        next != '\n';
        next = socket.getInputStream().read()) {
      assertThat(next).as("end of the stream behind: " + line).isNotNegative();
      line.write(next);
    }
    return line.toString(UTF_8);
  }

  private static Socket connect(int port) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }

  @Test
  void handlerSeesClientsOfBothVersions() throws Exception {
    int port = Ports.free();
    int first = Ports.free();
    int second = Ports.free();
    Path unix = home.resolve("front.sock");
    try (var server = server(Framework.FELIX, port);
        var control = Control.of(server)) {
      control.install(handler(1));
      server.port("behind");
      proxy(
          "listen v1",
          "  bind 127.0.0.1:" + first,
          "  bind unix@" + unix,
          "  server one 127.0.0.1:" + port + " send-proxy",
          "listen v2",
          "  bind 127.0.0.1:" + second,
          "  bind unix@" + unix + "2",
          "  server one 127.0.0.1:" + port + " " + EVERYTHING);
      try (Socket one = connect(first);
          Socket two = connect(second);
          SocketChannel three = SocketChannel.open(UnixDomainSocketAddress.of(unix));
          SocketChannel four = SocketChannel.open(UnixDomainSocketAddress.of(unix + "2"))) {
        assertThat(line(one, "a"))
            .startsWith(
                "v1 a {client=/127.0.0.1:%d, front=/127.0.0.1:%d, "
                    .formatted(one.getLocalPort(), first))
            .contains("local=false", "version=1");
        assertThat(line(two, "b"))
            .startsWith(
                "v1 b {client=/127.0.0.1:%d, front=/127.0.0.1:%d, "
                    .formatted(two.getLocalPort(), second))
            .contains("local=false", "version=2", "tlvs=[3, 5]")
            .doesNotContain("tls=");
        assertThat(ask(three, "c")).startsWith("v1 c {client=/127.0.0.1:").contains("version=1");
        assertThat(ask(four, "d"))
            .startsWith("v1 d {client=/127.0.0.1:")
            .contains("local=true", "version=2");
      }
      assertThat(control.number("refused behind")).isZero();
    }
  }

  private static String ask(SocketChannel channel, String question) throws IOException {
    channel.write(ByteBuffer.wrap((question + "\n").getBytes(UTF_8)));
    var answer = ByteBuffer.allocate(1000);
    do {
      assertThat(channel.read(answer)).isPositive();
    } while (answer.get(answer.position() - 1) != '\n');
    return UTF_8.decode(answer.flip()).toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"send-proxy", "send-proxy-v2", EVERYTHING})
  void healthChecksAreNotCounted(String how) throws Exception {
    int port = Ports.free();
    int front = Ports.free();
    proxy(
        "listen checked",
        "  bind 127.0.0.1:" + front,
        "  server one 127.0.0.1:%d %s check inter 50 rise %d fall 1".formatted(port, how, CHECKS));
    await("HAProxy misses the server")
        .atMost(ServerProcess.PATIENCE)
        .until(() -> state("checked").startsWith("DOWN"));
    try (var server = server(Framework.FELIX, port);
        var control = Control.of(server)) {
      control.install(handler(1));
      server.port("behind");
      await("HAProxy calls the server UP after %d checks".formatted(CHECKS))
          .atMost(ServerProcess.PATIENCE)
          .until(() -> state("checked").equals("UP"));
      assertThat(control.number("accepted behind")).isZero();
      assertThat(control.number("refused behind")).isZero();
      try (Socket client = connect(front)) {
        assertThat(line(client, "a")).startsWith("v1 a {client=/127.0.0.1:");
      }
      assertThat(control.number("accepted behind")).isEqualTo(1);
      assertThat(server.out().all()).noneMatch(line -> line.contains("WARN"));
      server.saidNoStackTrace();
    }
  }

  /** A check that talks is a connection like any other, but takes no place. */
  @Test
  void healthCheckThatTalksIsServed() throws Exception {
    int port = Ports.free();
    proxy(
        "listen talking",
        "  bind 127.0.0.1:" + Ports.free(),
        "  option tcp-check",
        "  tcp-check connect port %d send-proxy".formatted(port),
        "  tcp-check send PING\\n",
        "  tcp-check expect string PING",
        "  server one 127.0.0.1:%d send-proxy check inter 100 rise 3 fall 1".formatted(port));
    await("HAProxy misses the server")
        .atMost(ServerProcess.PATIENCE)
        .until(() -> state("talking").startsWith("DOWN"));
    try (var server = server(Framework.FELIX, port);
        var control = Control.of(server)) {
      control.install(handler(1));
      await("HAProxy has had its answers")
          .atMost(ServerProcess.PATIENCE)
          .until(() -> state("talking").equals("UP"));
      server.saidNoStackTrace();
    }
  }

  @Test
  void factsOfTlsReachTheHandler() throws Exception {
    int port = Ports.free();
    int front = Ports.free();
    KeyStore its = key("front", "front.example");
    KeyStore mine = key("client", "client.example");
    Files.writeString(home.resolve("front.pem"), pem(its, true));
    Files.writeString(home.resolve("client.pem"), pem(mine, false));
    try (var server = server(Framework.EQUINOX, port);
        var control = Control.of(server)) {
      control.install(handler(1));
      server.port("behind");
      proxy(
          "listen tls",
          "  bind 127.0.0.1:%d ssl crt %s ca-file %s verify optional alpn h2,echo"
              .formatted(front, home.resolve("front.pem"), home.resolve("client.pem")),
          "  server one 127.0.0.1:" + port + " " + EVERYTHING);
      try (Socket client = tls(mine, front)) {
        assertThat(line(client, "a"))
            .startsWith(
                "v1 a {alpn=echo, authority=sni.example, client=/127.0.0.1:"
                    + client.getLocalPort())
            .contains("tls=TLSv1.3 verified client.example RSA2048", "tlvs=[1, 2, 3, 5]");
      }
      try (Socket client = tls(null, front)) {
        assertThat(line(client, "b")).contains("tls=TLSv1.3 unverified  ");
      }
    }
  }

  /** HAProxy has no certificate here: it chooses by the name, and hands the bytes on. */
  @Test
  void k14TlsGoesThroughFromTheClientToTheHandler() throws Exception {
    int port = Ports.free();
    int front = Ports.free();
    KeyStore its = key("front", "front.example");
    Files.writeString(home.resolve("password"), PASSWORD);
    Launch launch = Launch.of(Framework.FELIX, home);
    Files.write(
        Files.createDirectories(launch.deploy()).resolve("io.thousandisland.tls-through.cfg"),
        List.of(
            "certificate = " + home.resolve("front.p12"),
            "passwordFile = " + home.resolve("password"),
            "alpn = echo"));
    try (var server = server(Framework.FELIX, port, "transport.target = (transport.name=tls)");
        var control = Control.of(server)) {
      control.install(handler(1));
      server.port("behind");
      proxy(
          "listen through",
          "  bind 127.0.0.1:" + front,
          "  tcp-request inspect-delay 20s",
          "  tcp-request content accept if { req.ssl_sni sni.example }",
          "  tcp-request content reject",
          "  server one 127.0.0.1:" + port + " " + EVERYTHING);
      for (String version : List.of("TLSv1.3", "TLSv1.2")) {
        try (SSLSocket client = tls(null, front)) {
          client.setEnabledProtocols(new String[] {version});
          assertThat(line(client, "a"))
              .startsWith(
                  "v1 a {client=/127.0.0.1:%d, front=/127.0.0.1:%d, "
                      .formatted(client.getLocalPort(), front))
              .contains("local=false", "version=2", "tlvs=[3, 5]")
              .contains(
                  "session=%s %s sni.example echo"
                      .formatted(version, client.getSession().getCipherSuite()))
              .doesNotContain(" tls="); // HAProxy has seen none
          assertThat(client.getSession().getPeerCertificates())
              .containsExactly(its.getCertificate("front"));
        }
      }
      assertThat(control.number("accepted behind")).isEqualTo(2);
      try (SSLSocket direct = tls(null, port)) { // without the header
        assertThatThrownBy(direct::startHandshake).isInstanceOf(IOException.class);
      }
      server.saidNoStackTrace();
    }
  }

  private static SSLSocket tls(@Nullable KeyStore mine, int port) throws Exception {
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(mine, PASSWORD.toCharArray());
    var context = SSLContext.getInstance("TLS");
    context.init(
        mine == null ? null : keys.getKeyManagers(),
        new TrustManager[] {new Trusting()},
        new SecureRandom());
    var socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName("sni.example")));
    parameters.setApplicationProtocols(new String[] {"echo"});
    socket.setSSLParameters(parameters);
    return socket;
  }

  private static final String PASSWORD = "changeit";

  /** Trusts the proxy of this test. */
  private static final class Trusting implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  /** A key with a certificate that it has signed itself. */
  private KeyStore key(String alias, String name) throws Exception {
    Path file = home.resolve(alias + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                alias,
                "-keyalg",
                "RSA",
                "-keysize",
                "2048",
                "-dname",
                "CN=" + name,
                "-ext",
                "bc:c",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
    assertThat(keytool.waitFor()).as(said).isZero();
    return KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
  }

  /** The certificate, and the key where it is wanted, as HAProxy reads them. */
  private static String pem(KeyStore store, boolean withKey) throws Exception {
    String alias = store.aliases().nextElement();
    Certificate certificate = store.getCertificate(alias);
    String pem = pem("CERTIFICATE", certificate.getEncoded());
    return withKey
        ? pem + pem("PRIVATE KEY", store.getKey(alias, PASSWORD.toCharArray()).getEncoded())
        : pem;
  }

  private static String pem(String what, byte[] bytes) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(what, text, what);
  }

  @ParameterizedTest
  @EnumSource
  void noLineIsLostThroughTwentyUpdatesUnderLoad(Framework framework) throws Exception {
    int port = Ports.free();
    int front = Ports.free();
    try (var server = server(framework, port);
        var control = Control.of(server);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      control.install(handler(1));
      server.port("behind");
      proxy(
          "listen v2",
          "  bind 127.0.0.1:" + front,
          "  server one 127.0.0.1:%d send-proxy-v2 check inter 50".formatted(port));
      var over = new AtomicBoolean();
      var answers = new AtomicInteger();
      List<Callable<Integer>> clients = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        clients.add(() -> talk(front, over, answers));
      }
      for (int i = 0; i < 4; i++) {
        clients.add(() -> visit(front, over, answers));
      }
      List<Future<Integer>> asked = clients.stream().map(threads::submit).toList();
      try {
        for (int version = 2; version <= UPDATES + 1; version++) {
          control.update(handler(version));
          int before = answers.get();
          await("answers after an update")
              .atMost(Duration.ofSeconds(20))
              .until(() -> answers.get() > before + 100 || asked.stream().anyMatch(Future::isDone));
        }
      } finally {
        over.set(true);
      }
      int sum = 0;
      for (Future<Integer> each : asked) {
        sum += each.get(30, TimeUnit.SECONDS); // fails when one question had no answer
      }
      assertThat(sum).isEqualTo(answers.get());
      assertThat(control.number("refused behind")).isZero();
      System.out.printf(
          "%s behind HAProxy: %,d questions answered while the handler was updated %d times%n",
          framework, sum, UPDATES);
      server.saidNoStackTrace();
    }
  }

  /** Asks on one connection; returns how many questions were answered, all of them. */
  private static int talk(int front, AtomicBoolean over, AtomicInteger answers) throws IOException {
    int asked = 0;
    try (Socket client = connect(front)) {
      while (!over.get()) {
        assertThat(line(client, "q" + asked))
            .contains(" q%d {client=/127.0.0.1:%d,".formatted(asked, client.getLocalPort()));
        asked++;
        answers.incrementAndGet();
      }
    }
    return asked;
  }

  /** As {@link #talk}, with a connection for each question. */
  private static int visit(int front, AtomicBoolean over, AtomicInteger answers)
      throws IOException {
    int asked = 0;
    while (!over.get()) {
      try (Socket client = connect(front)) {
        assertThat(line(client, "v")).contains("client=/127.0.0.1:" + client.getLocalPort());
      }
      asked++;
      answers.incrementAndGet();
    }
    return asked;
  }
}
