// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.tls.factory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.thousandisland.embedded.InvalidConfigurationException;
import io.thousandisland.embedded.RunningServer;
import io.thousandisland.embedded.ServerBuilder;
import io.thousandisland.embedded.StartFailedException;
import io.thousandisland.embedded.ThousandIsland;
import io.thousandisland.handler.Handler;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.tls.HelloAnswer;
import io.thousandisland.transport.tls.TlsConfig;
import io.thousandisland.transport.tls.certificates.Pki;
import io.thousandisland.transport.tls.certificates.Pki.Issued;
import io.thousandisland.transport.tls.certificates.Pki.Kind;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** TLS of a server that a program starts, with the JDK's client. */
@Timeout(60)
class TlsTest {

  private static Issued root;

  @TempDir private Path folder;

  @BeforeAll
  static void authority() {
    root = Pki.authority("root");
  }

  private Path certificate() {
    return root.issue(Kind.EC, "localhost").file(folder, "localhost.pem");
  }

  private static final class Echo implements Handler<Void> {
    @Override
    public Next<Void> handleData(ByteBuffer data, Socket socket, Void state) throws Exception {
      String text = StandardCharsets.UTF_8.decode(data).toString();
      if (text.equals("STARTTLS\n")) {
        socket.send("go\n");
        return Next.switchTransport("tls", Map.of(), state);
      }
      socket.send(text);
      return Next.proceed(state);
    }
  }

  private static ServerBuilder serve() {
    return ThousandIsland.serve(new Echo()).port(0).daemon().name("test");
  }

  private static SSLSocket over(java.net.Socket plain) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("root", root.own());
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    var client = (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", 1, true);
    client.setSoTimeout(10_000);
    return client;
  }

  private static SSLSocket connect(RunningServer server) throws Exception {
    return over(new java.net.Socket("localhost", server.port()));
  }

  private static String echo(java.net.Socket client, String text) throws IOException {
    client.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    return new String(client.getInputStream().readNBytes(text.length()), StandardCharsets.UTF_8);
  }

  // ---- keys

  @Test
  void everyKeyIsAMethodAndEveryMethodIsAKey() {
    Set<String> keys =
        Arrays.stream(TlsConfig.class.getDeclaredMethods())
            .map(Method::getName)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(keys.remove("below_target")).isTrue(); // always plain TCP
    assertThat(keys.remove("transport_name")).isTrue();
    assertThat(keys.remove("inspector_target")).isTrue();
    keys.addAll(Set.of("name", "inspector"));
    assertThat(
            Arrays.stream(Tls.class.getMethods())
                .filter(method -> method.getReturnType() == Tls.class)
                .map(Method::getName)
                .filter(name -> !Set.of("set", "from").contains(name)))
        .containsExactlyInAnyOrderElementsOf(keys);
  }

  @Test
  void allThatIsWrongIsNamedAtOnceWithTheKeysOfTheServer() {
    var wrong =
        catchThrowableOfType(
            InvalidConfigurationException.class,
            () ->
                serve()
                    .acceptors(0)
                    .over(
                        new Tls()
                            .certificate(Path.of("server.pem"))
                            .protocols("TLSv1.1")
                            .handshakeThreads(-1)
                            .clientAuth(ClientAuth.NEED)
                            .set("reloadSeconds", "soon")
                            .set("below.target", "(transport.name=tcp)")
                            .set("certificat", "x"))
                    .start());
    assertThat(wrong.problems())
        .hasSize(7)
        .anyMatch(each -> each.startsWith("acceptors is 0; allowed: "))
        .contains("tls: protocols is TLSv1.1; allowed: TLSv1.2, TLSv1.3")
        .contains("tls: handshakeThreads is -1; allowed: 0 to 1024")
        .contains("tls: reloadSeconds is soon; allowed: a whole number")
        .contains("tls: below.target is for services of a framework; here it is always plain TCP")
        .anyMatch(each -> each.startsWith("tls: trust is empty; allowed: "))
        .anyMatch(each -> each.startsWith("tls: unknown key certificat; allowed: "));
  }

  @Test
  void nameOfPlainTcpIsTaken() {
    assertThatThrownBy(() -> serve().with(new Tls().name("tcp")).start())
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("transport name is tcp; allowed: any other name");
  }

  @Test
  void filesThatCannotBeUsedKeepTheServerFromStarting() {
    assertThatThrownBy(
            () -> serve().over(new Tls().certificate(folder.resolve("none.pem"))).start())
        .isInstanceOf(StartFailedException.class)
        .hasMessageContaining("none.pem");
  }

  // ---- connections

  @Test
  void clientSpeaksTls() throws Exception {
    var events = new CopyOnWriteArrayList<TelemetryEvent>();
    try (var server =
            serve().over(new Tls().certificate(certificate())).listener(events::add).start();
        var client = connect(server)) {
      assertThat(echo(client, "hello")).isEqualTo("hello");
      assertThat(server.server().info().transport()).hasValue("tls");
      assertThat(server.server().info().transportFacts()).containsKey("certificate 1");
      assertThat(events).hasAtLeastOneElementOfType(TelemetryEvent.CertificatesInUse.class);
    }
  }

  @Test
  void plainConnectionSwitchesToTls() throws Exception {
    try (var server = serve().with(new Tls().certificate(certificate())).start();
        var plain = new java.net.Socket("localhost", server.port())) {
      plain.setTcpNoDelay(true);
      assertThat(echo(plain, "hello")).isEqualTo("hello");
      plain.getOutputStream().write("STARTTLS\n".getBytes(StandardCharsets.UTF_8));
      assertThat(new String(plain.getInputStream().readNBytes(3), StandardCharsets.UTF_8))
          .isEqualTo("go\n");
      try (var client = over(plain)) {
        assertThat(echo(client, "secret")).isEqualTo("secret");
      }
    }
  }

  @Test
  void connectionOverTlsMovesToTheNextHandler() throws Exception {
    try (var server = serve().over(new Tls().certificate(certificate())).start();
        var client = connect(server)) {
      assertThat(echo(client, "one")).isEqualTo("one");
      assertThat(server.replace(new Echo()).migrated()).isEqualTo(1);
      assertThat(echo(client, "two")).isEqualTo("two");
    }
  }

  @Test
  void keysComeFromPropertiesAndFilesToo() throws Exception {
    Path file = folder.resolve("tls.properties");
    Files.writeString(file, "certificate = " + certificate() + "\nprotocols = TLSv1.2");
    var properties = new Properties();
    properties.setProperty("alpn", "a, b");
    try (var server =
            serve()
                .over(new Tls().from(file).from(properties).from(Map.of("warnDays", 3)))
                .start();
        var client = connect(server)) {
      assertThat(echo(client, "hello")).isEqualTo("hello");
      assertThat(client.getSession().getProtocol()).isEqualTo("TLSv1.2");
    }
  }

  @Test
  void fileThatCannotBeReadIsNamed() {
    assertThatThrownBy(() -> serve().over(new Tls().from(Path.of("/no/tls.properties"))).start())
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("tls: /no/tls.properties cannot be read: ");
  }

  @Test
  void inspectorRefusesAClient() throws Exception {
    try (var server =
            serve()
                .over(
                    new Tls()
                        .certificate(certificate())
                        .inspector(hello -> HelloAnswer.refuse("on purpose")))
                .start();
        var client = connect(server)) {
      assertThatThrownBy(client::startHandshake).isInstanceOf(SSLException.class);
    }
  }
}
