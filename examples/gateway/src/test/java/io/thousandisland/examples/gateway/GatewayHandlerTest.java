// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import io.thousandisland.handler.ProxyHeader;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.testing.TestServer;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A gateway between a client and a backend that the test plays, on real sockets. */
@Timeout(60)
class GatewayHandlerTest {

  private static final InetAddress HERE = InetAddress.getLoopbackAddress();
  private static final int MANY = 8 * 1024 * 1024;

  /** Each task waits for a socket, so each has a thread of its own. */
  private static final Executor ANOTHER_THREAD = Thread::startVirtualThread;

  private ServerSocket listening;
  private final Deque<TestServer> started = new ArrayDeque<>();

  /** A configuration as Configuration Admin would give it. */
  private record Config(String backend, int connectTimeout, int sendTimeout, String proxyHeader)
      implements GatewayConfig {
    @Override
    public Class<? extends Annotation> annotationType() {
      return GatewayConfig.class;
    }
  }

  @BeforeEach
  void listen() throws IOException {
    listening = new ServerSocket(0, 10, HERE);
  }

  @AfterEach
  void stop() throws IOException {
    started.forEach(TestServer::close);
    listening.close();
  }

  private String backend() {
    return "127.0.0.1:" + listening.getLocalPort();
  }

  private void serve(String backend, String proxyHeader) throws InterruptedException {
    serve(new Config(backend, 2_000, 30_000, proxyHeader), "30s");
  }

  private void serve(Config config, String readTimeout) throws InterruptedException {
    started.add(
        TestServer.serving(new GatewayHandler(config))
            .set("readTimeout", readTimeout)
            .set("drainTimeout", "0s")
            .set("shutdownTimeout", "5s")
            .start());
  }

  private TestServer gateway() {
    return started.getFirst();
  }

  private Socket client() throws IOException {
    var client = new Socket(HERE, gateway().port());
    client.setSoTimeout(30_000);
    return client;
  }

  private Socket accept() throws IOException {
    Socket accepted = listening.accept();
    accepted.setSoTimeout(30_000);
    return accepted;
  }

  private static byte[] random(int length) {
    var bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static CompletableFuture<byte[]> readAll(Socket socket) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return socket.getInputStream().readAllBytes();
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        },
        ANOTHER_THREAD);
  }

  private static CompletableFuture<Void> write(Socket socket, byte[] bytes) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        },
        ANOTHER_THREAD);
  }

  // ---- bytes and ends

  @Test
  void manyBytesGoBothWaysAtOnceAndEachEndIsPassedOn() throws Exception {
    serve(backend(), "none");
    byte[] request = random(MANY);
    byte[] reply = random(MANY + 1);
    try (var client = client();
        var server = accept()) {
      var heard = readAll(client);
      var asked = readAll(server);
      var sent = CompletableFuture.allOf(write(client, request), write(server, reply));
      assertThat(Arrays.equals(asked.get(), request)).isTrue();
      assertThat(Arrays.equals(heard.get(), reply)).isTrue();
      sent.get();
    }
    var stopped = gateway().events().await(TelemetryEvent.ConnectionStopped.class);
    assertThat(stopped.ending()).isNotInstanceOf(Ending.Failed.class);
  }

  /**
   * An echo sends while it is being sent to: a gateway that only waits for one side stands still.
   */
  @Test
  void backendThatAnswersMeanwhileDoesNotStandStill() throws Exception {
    serve(backend(), "none");
    byte[] request = random(MANY);
    try (var client = client();
        var server = accept()) {
      var echo =
          CompletableFuture.runAsync(
              () -> {
                try {
                  server.getInputStream().transferTo(server.getOutputStream());
                  server.shutdownOutput();
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              },
              ANOTHER_THREAD);
      var heard = readAll(client);
      write(client, request).get();
      assertThat(Arrays.equals(heard.get(), request)).isTrue();
      echo.get();
    }
  }

  @Test
  void backendMayAnswerAfterTheClientHasEndedItsSide() throws Exception {
    serve(backend(), "none");
    try (var client = client();
        var server = accept()) {
      write(client, "question".getBytes(US_ASCII)).get();
      assertThat(readAll(server).get()).asString(US_ASCII).isEqualTo("question");
      server.getOutputStream().write("answer".getBytes(US_ASCII));
      assertThat(client.getInputStream().readNBytes(6)).asString(US_ASCII).isEqualTo("answer");
      server.close();
      assertThat(client.getInputStream().read()).isNegative();
    }
  }

  @Test
  void wholeAnswerArrivesThoughTheClientReadsItLate() throws Exception {
    serve(backend(), "none");
    byte[] answer = random(1 << 20);
    try (var client = new Socket()) {
      client.setSoTimeout(30_000);
      client.setReceiveBufferSize(16 * 1024); // most of the answer waits at the gateway
      client.connect(new InetSocketAddress(HERE, gateway().port()));
      client.shutdownOutput();
      try (var server = accept()) {
        write(server, answer).get();
        gateway().events().await(TelemetryEvent.ConnectionStopped.class);
        assertThat(Arrays.equals(readAll(client).get(), answer)).isTrue();
      }
    }
  }

  @Test
  void clientMayGoOnAfterTheBackendHasEndedItsSide() throws Exception {
    serve(backend(), "none");
    try (var client = client();
        var server = accept()) {
      write(server, "greeting".getBytes(US_ASCII)).get();
      assertThat(readAll(client).get()).asString(US_ASCII).isEqualTo("greeting");
      client.getOutputStream().write("more".getBytes(US_ASCII));
      assertThat(server.getInputStream().readNBytes(4)).asString(US_ASCII).isEqualTo("more");
      client.close();
      assertThat(server.getInputStream().read()).isNegative();
    }
  }

  @Test
  void answerOfABackendThatStopsReadingArrives() throws Exception {
    serve(backend(), "none");
    try (var client = client()) {
      try (var server = accept()) {
        server.getOutputStream().write("enough".getBytes(US_ASCII));
        server.shutdownInput();
        client.getOutputStream().write(random(1000));
        assertThat(client.getInputStream().readNBytes(6)).asString(US_ASCII).isEqualTo("enough");
      }
    }
  }

  /** As a server does that refuses a large request: it answers, ends, and reads nothing more. */
  @Test
  void endOfABackendThatReadsNothingReachesAClientThatStillWrites() throws Exception {
    serve(backend(), "none");
    try (var client = flooding();
        var server = accept()) {
      write(server, "too large".getBytes(US_ASCII)).get();
      client.setSoTimeout(10_000); // sooner than the gateway's timeouts
      assertThat(client.getInputStream().readAllBytes()).asString(US_ASCII).isEqualTo("too large");
    }
  }

  // ---- sides that break

  private static void reset(Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Test
  void resetOfTheClientIsAResetForTheBackend() throws Exception {
    serve(backend(), "none");
    try (var server = accept(client())) {
      assertThatThrownBy(() -> server.getInputStream().read()).hasMessageContaining("reset");
    }
  }

  private Socket accept(Socket client) throws IOException {
    Socket server = accept();
    reset(client);
    return server;
  }

  /** The beginning of an answer must not pass for the whole. */
  @Test
  void resetOfTheBackendIsAResetForTheClient() throws Exception {
    serve(backend(), "none");
    try (var client = client()) {
      Socket server = accept();
      server.getOutputStream().write("half".getBytes(US_ASCII));
      assertThat(client.getInputStream().readNBytes(4)).asString(US_ASCII).isEqualTo("half");
      reset(server);
      endsByReset(client);
    }
    var stopped = gateway().events().await(TelemetryEvent.ConnectionStopped.class);
    assertThat(stopped.ending()).isInstanceOf(Ending.Failed.class);
  }

  private static void endsByReset(Socket socket) {
    assertThatThrownBy(() -> socket.getInputStream().read())
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
  }

  /** Both sides of a tunnel through which bytes have gone. */
  private record Ends(Socket client, Socket server) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      client.close();
      server.close();
    }
  }

  private Ends openTunnel() throws IOException {
    var ends = new Ends(client(), accept());
    ends.client.getOutputStream().write('a');
    assertThat(ends.server.getInputStream().read()).isEqualTo('a');
    ends.server.getOutputStream().write('b');
    assertThat(ends.client.getInputStream().read()).isEqualTo('b');
    return ends;
  }

  @Test
  void tunnelThatAnOperatorClosesIsResetOnBothSides() throws Exception {
    serve(backend(), "none");
    try (var ends = openTunnel()) {
      long number =
          gateway().events().await(TelemetryEvent.ConnectionStarted.class).span().connection();
      gateway().server().connection(number).orElseThrow().close();
      endsByReset(ends.server);
      endsByReset(ends.client);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void tunnelThatIsSilentForTooLongIsResetOnBothSides(boolean clientHasEnded) throws Exception {
    serve(new Config(backend(), 2_000, 30_000, "none"), "1s");
    try (var ends = openTunnel()) {
      if (clientHasEnded) {
        ends.client.shutdownOutput();
        assertThat(ends.server.getInputStream().read()).isNegative();
      } else {
        endsByReset(ends.server);
      }
      endsByReset(ends.client);
    }
    var stopped = gateway().events().await(TelemetryEvent.ConnectionStopped.class);
    assertThat(stopped.ending()).isEqualTo(new Ending.TimedOut());
  }

  /** The server reads nothing from a client that waits for the backend. */
  @Test
  void clientThatGoesWhileTheBackendTakesNothingIsForgotten() throws Exception {
    serve(new Config(backend(), 2_000, 1_000, "none"), "30s");
    try (var server = accept(flooding())) {
      var stopped = gateway().events().await(TelemetryEvent.ConnectionStopped.class);
      assertThat(stopped.ending().toString()).contains("the backend took no bytes for 1000 ms");
      assertThat(server.isConnected()).isTrue();
    }
  }

  /** A client that writes until it may write no more, and is to go then. */
  private Socket flooding() throws Exception {
    Socket client = client();
    assertThat(takenOf(client)).isPositive();
    return client;
  }

  private static boolean ends(InputStream in) {
    try {
      return in.read() < 0;
    } catch (IOException reset) {
      return true;
    }
  }

  @Test
  void backendThatIsNotThereIsNamedAndTheClientEnds() throws Exception {
    String gone = backend();
    listening.close();
    serve(gone, "none");
    try (var client = client()) {
      assertThat(ends(client.getInputStream())).isTrue();
    }
    var stopped = gateway().events().await(TelemetryEvent.ConnectionStopped.class);
    assertThat(stopped.ending().toString()).contains("no connection to " + gone);
  }

  @Test
  void stopOfTheGatewayBreaksTunnelsOffOnBothSides() throws Exception {
    serve(backend(), "none");
    try (var ends = openTunnel()) {
      gateway().close();
      endsByReset(ends.server);
      endsByReset(ends.client);
    }
  }

  // ---- sides that do not read

  @Test
  void clientThatDoesNotReadSlowsTheBackendDown() throws Exception {
    serve(backend(), "none");
    try (var client = client();
        var server = accept()) {
      assertThat(client.isConnected()).isTrue();
      long taken = takenOf(server);
      assertThat(taken).isLessThan(64L * 1024 * 1024);
    }
  }

  @Test
  void backendThatDoesNotReadSlowsTheClientDown() throws Exception {
    serve(backend(), "none");
    try (var client = client();
        var server = accept()) {
      assertThat(server.isConnected()).isTrue();
      long taken = takenOf(client);
      assertThat(taken).isLessThan(64L * 1024 * 1024);
    }
  }

  /** How many bytes a socket takes until it takes no more for a while. */
  private static long takenOf(Socket socket) throws InterruptedException {
    var taken = new AtomicLong();
    Thread writer =
        Thread.ofVirtual()
            .start(
                () -> {
                  var chunk = new byte[64 * 1024];
                  try {
                    while (taken.get() < 128L * 1024 * 1024) {
                      socket.getOutputStream().write(chunk);
                      taken.addAndGet(chunk.length);
                    }
                  } catch (IOException end) {
                    // of the test
                  }
                });
    long before = -1;
    while (writer.isAlive() && taken.get() != before) {
      before = taken.get();
      Thread.sleep(500); // what is tested is that nothing happens any more
    }
    return taken.get();
  }

  // ---- what is left

  @Test
  void tunnelsLeaveNoDescriptorAndNoThreadHoweverTheyEnd(@TempDir Path folder) throws Exception {
    serve(backend(), "none");
    openTunnel().close(); // loads what is loaded once
    awaitNoThread(folder);
    long before = descriptors();
    for (int i = 0; i < 50; i++) {
      try (var ends = openTunnel()) {
        reset(ends.client);
      }
      try (var ends = openTunnel()) {
        reset(ends.server);
      }
      try (var ends = openTunnel()) {
        ends.client.shutdownOutput();
        ends.server.shutdownOutput();
      }
    }
    awaitNoThread(folder);
    await().untilAsserted(() -> assertThat(descriptors()).isLessThanOrEqualTo(before));
  }

  private static long descriptors() {
    return ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class)
        .getOpenFileDescriptorCount();
  }

  private static void awaitNoThread(Path folder) {
    await().untilAsserted(() -> assertThat(threads(folder)).doesNotContain("\"gateway "));
  }

  /** The names of all threads, virtual ones included. */
  private static String threads(Path folder) throws IOException {
    Path dump = folder.resolve(UUID.randomUUID() + ".txt");
    ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
        .dumpThreads(dump.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
    return Files.readString(dump);
  }

  // ---- the PROXY header

  @ParameterizedTest
  @ValueSource(strings = {"v1", "v2"})
  void backendHearsOfTheClientFirst(String version) throws Exception {
    serve(backend(), version);
    try (var client = client();
        var server = accept()) {
      client.getOutputStream().write("data".getBytes(US_ASCII));
      var from = (InetSocketAddress) client.getLocalSocketAddress();
      var to = (InetSocketAddress) client.getRemoteSocketAddress();
      var header =
          (version.equals("v1") ? ProxyHeader.version1(from, to) : ProxyHeader.version2(from, to))
              .encode();
      var expected = new byte[header.remaining()];
      header.get(expected);
      assertThat(server.getInputStream().readNBytes(expected.length)).isEqualTo(expected);
      assertThat(server.getInputStream().readNBytes(4)).asString(US_ASCII).isEqualTo("data");
    }
  }

  // ---- backends

  @Test
  void backendMayBeAUnixSocket(@TempDir Path folder) throws Exception {
    Path path = folder.resolve("s");
    try (var unix = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      unix.bind(UnixDomainSocketAddress.of(path));
      serve("unix:" + path, "none");
      try (var client = client();
          var server = unix.accept()) {
        write(client, "question".getBytes(US_ASCII)).get();
        assertThat(Channels.newInputStream(server).readAllBytes())
            .asString(US_ASCII)
            .isEqualTo("question");
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''              | 1 | 1 | none | backend is ; allowed: HOST:PORT",
        "localhost       | 1 | 1 | none | backend is localhost; allowed: HOST:PORT",
        "localhost:0     | 1 | 1 | none | backend is localhost:0; allowed: HOST:PORT",
        "localhost:65536 | 1 | 1 | none | backend is localhost:65536; allowed: HOST:PORT",
        "unix:relative   | 1 | 1 | none | backend is unix:relative; allowed: HOST:PORT",
        "localhost:65535 | 0 | 1 | none | connectTimeout is 0; allowed: 1 or more milliseconds",
        "localhost:1     | 1 | 0 | none | sendTimeout is 0; allowed: 1 or more milliseconds",
        "localhost:1     | 1 | 1 | v3   | 'proxyHeader is v3; allowed: none, v1 or v2'",
      })
  void wrongConfigurationsAreRefusedByName(
      String backend, int connectTimeout, int sendTimeout, String proxyHeader, String message) {
    var config = new Config(backend, connectTimeout, sendTimeout, proxyHeader);
    assertThatThrownBy(() -> new GatewayHandler(config))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }
}
