// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import static io.thousandisland.transport.tls.TlsFixture.echo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.telemetry.TelemetryEvent.CertificateWarning;
import io.thousandisland.telemetry.TelemetryEvent.CertificatesInUse;
import io.thousandisland.telemetry.TelemetryEvent.CertificatesRefused;
import io.thousandisland.testing.TestServer;
import io.thousandisland.tls.HelloAnswer;
import io.thousandisland.transport.Transport;
import io.thousandisland.transport.tls.TlsFixture.Echo;
import io.thousandisland.transport.tls.certificates.Pki;
import io.thousandisland.transport.tls.certificates.Pki.Issued;
import io.thousandisland.transport.tls.certificates.Pki.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates that are chosen, replaced, refused and asked for, with real clients. */
@Timeout(60)
class CertificatesTest {

  private static Issued root;
  private static Issued middle;

  @TempDir private Path folder;

  private final TlsFixture tls = new TlsFixture(false);
  private final List<TelemetryEvent> events = new ArrayList<>();
  private final Certificates certificates =
      new Certificates("tls", name -> null, events::add, Clock.systemUTC());

  @BeforeAll
  static void authorities() {
    root = Pki.authority("root");
    middle = root.authority("middle");
  }

  @AfterEach
  void close() {
    certificates.close();
    tls.close();
  }

  private void configure(Object... values) {
    var unused = certificates.configure(Configs.of(values));
  }

  private TestServer server() throws InterruptedException {
    return server(new Echo());
  }

  private TestServer server(Echo handler) throws InterruptedException {
    return tls.tls(handler, () -> certificates.terms(null)).start();
  }

  private SSLSocket client(TestServer server, @Nullable String name, String... protocols)
      throws Exception {
    return client(server, name, null, protocols);
  }

  /**
   * @param own the certificate that the client shows when it is asked; null for none
   */
  private SSLSocket client(
      TestServer server, @Nullable String name, @Nullable Issued own, String... protocols)
      throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("root", root.own());
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    KeyStore mine = KeyStore.getInstance("PKCS12");
    mine.load(null, null);
    if (own != null) {
      mine.setKeyEntry("own", own.key(), new char[0], own.chain().toArray(X509Certificate[]::new));
    }
    keys.init(mine, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    var client =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(
                    new java.net.Socket("localhost", server.port()), "localhost", 1, true);
    client.setSoTimeout(10_000);
    var parameters = client.getSSLParameters();
    parameters.setServerNames(name == null ? List.of() : List.of(new SNIHostName(name)));
    client.setSSLParameters(parameters);
    if (protocols.length > 0) {
      client.setEnabledProtocols(protocols);
    }
    return client;
  }

  private static String shown(SSLSocket client) throws IOException {
    client.startHandshake();
    var own = (X509Certificate) client.getSession().getPeerCertificates()[0];
    return own.getSubjectX500Principal() + " " + own.getPublicKey().getAlgorithm();
  }

  private String shown(TestServer server, @Nullable String name, String... protocols)
      throws Exception {
    try (var client = client(server, name, protocols)) {
      return shown(client);
    }
  }

  private String[] files(Issued... all) {
    String[] files = new String[all.length];
    for (int i = 0; i < all.length; i++) {
      files[i] = all[i].file(folder, "c" + i + ".pem").toString();
    }
    return files;
  }

  // ---- the choice

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void k12NameChoosesTheCertificate(String protocol) throws Exception {
    configure(
        "certificate",
        files(
            middle.issue(Kind.EC, "first.example"),
            middle.issue(Kind.EC, "second.example", "www.second.example"),
            middle.issue(Kind.EC, "*.third.example")));
    try (var server = server()) {
      assertThat(shown(server, "second.example", protocol)).startsWith("CN=second.example");
      assertThat(shown(server, "WWW.Second.Example", protocol)).startsWith("CN=second.example");
      assertThat(shown(server, "a.third.example", protocol)).startsWith("CN=*.third.example");
      assertThat(shown(server, "third.example", protocol)).startsWith("CN=first.example");
      assertThat(shown(server, "a.b.third.example", protocol)).startsWith("CN=first.example");
      assertThat(shown(server, null, protocol)).startsWith("CN=first.example");
    }
  }

  @Test
  void k12UnknownNameMayBeRefused() throws Exception {
    configure("certificate", files(middle.issue(Kind.EC, "a.example")), "unknownName", "refuse");
    try (var server = server()) {
      assertThat(shown(server, "a.example")).startsWith("CN=a.example");
      assertThat(shown(server, null)).startsWith("CN=a.example");
      assertThatThrownBy(() -> shown(server, "b.example"))
          .hasMessageContaining("unrecognized_name");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "TLSv1.2, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, RSA",
    "TLSv1.2, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, EC"
  })
  void k12KindsOfKeysStandSideBySide(String protocol, String cipher, String kind) throws Exception {
    configure(
        "certificate",
        files(
            middle.issue(Kind.EC, "other.example"),
            middle.issue(Kind.RSA, "a.example"),
            middle.issue(Kind.EC, "a.example")));
    try (var server = server();
        var client = client(server, "a.example", protocol)) {
      client.setEnabledCipherSuites(new String[] {cipher});
      assertThat(shown(client)).isEqualTo("CN=a.example " + kind);
    }
  }

  @ParameterizedTest
  @CsvSource({"rsa_pss_rsae_sha256, RSA", "ecdsa_secp256r1_sha256, EC"})
  void k12KindsOfKeysStandSideBySideInTls13(String scheme, String kind) throws Exception {
    configure(
        "certificate",
        files(middle.issue(Kind.RSA, "a.example"), middle.issue(Kind.EC, "a.example")));
    try (var server = server();
        var client = client(server, "a.example", "TLSv1.3")) {
      var parameters = client.getSSLParameters();
      // both, so that the chain can be judged; the first is preferred
      parameters.setSignatureSchemes(
          new String[] {scheme, "ecdsa_secp256r1_sha256", "rsa_pss_rsae_sha256"});
      client.setSSLParameters(parameters);
      assertThat(shown(client)).isEqualTo("CN=a.example " + kind);
    }
  }

  @Test
  void k13InspectorChoosesTheCertificate() throws Exception {
    configure(
        "certificate",
        files(middle.issue(Kind.EC, "a.example"), middle.issue(Kind.EC, "b.example")));
    try (var server =
        tls.tls(
                new Echo(),
                () -> certificates.terms(hello -> HelloAnswer.withCertificateOf("b.example")))
            .start()) {
      assertThat(shown(server, "a.example")).startsWith("CN=b.example");
    }
  }

  // ---- replacement

  @Test
  void newFilesAreForNewHandshakesAndDisturbNobody() throws Exception {
    String file = files(middle.issue(Kind.EC, "old.example"))[0];
    configure("certificate", file, "reloadSeconds", 0);
    try (var server = server();
        var before = client(server, null)) {
      assertThat(shown(before)).startsWith("CN=old.example");
      Issued next = middle.issue(Kind.EC, "new.example");
      Files.move(next.file(folder, "next"), Path.of(file), StandardCopyOption.REPLACE_EXISTING);
      certificates.look(); // sees a change
      certificates.look(); // which is settled
      assertThat(shown(server, null)).startsWith("CN=new.example");
      assertThat(echo(before, "undisturbed")).isEqualTo("undisturbed");
      assertThat(events).hasOnlyElementsOfType(CertificatesInUse.class).hasSize(2);
    }
  }

  @Test
  void filesAreLookedAtByThemselves() throws Exception {
    String file = files(middle.issue(Kind.EC, "old.example"))[0];
    configure("certificate", file, "reloadSeconds", 1);
    try (var server = server()) {
      assertThat(shown(server, null)).startsWith("CN=old.example");
      Files.move(
          middle.issue(Kind.EC, "new.example").file(folder, "next"),
          Path.of(file),
          StandardCopyOption.REPLACE_EXISTING);
      while (!shown(server, null).startsWith("CN=new.example")) {}
    }
  }

  @Test
  void switchedLinkIsAChange() throws Exception {
    Path old = Files.createDirectory(folder.resolve("v1"));
    Path next = Files.createDirectory(folder.resolve("v2"));
    middle.issue(Kind.EC, "old.example").file(old, "tls.pem");
    middle.issue(Kind.EC, "new.example").file(next, "tls.pem");
    Path link = Files.createSymbolicLink(folder.resolve("data"), old);
    configure("certificate", link.resolve("tls.pem").toString(), "reloadSeconds", 0);
    Files.delete(link);
    Files.createSymbolicLink(link, next);
    certificates.look();
    certificates.look();
    assertThat(events.getLast())
        .isInstanceOfSatisfying(
            CertificatesInUse.class,
            now -> assertThat(now.certificates().getFirst()).startsWith("CN=new.example from "));
  }

  @Test
  void brokenPairLeavesTheOldOneInUseAndIsToldOnce() throws Exception {
    Issued old = middle.issue(Kind.EC, "old.example");
    Issued next = middle.issue(Kind.EC, "new.example");
    Path certificate = Pki.write(folder.resolve("cert.pem"), old.certificates());
    Path key = Pki.write(folder.resolve("key.pem"), old.pkcs8());
    configure("certificate", certificate.toString(), "key", key.toString(), "reloadSeconds", 0);
    Files.writeString(key, next.pkcs8());
    for (int i = 0; i < 5; i++) {
      certificates.look();
    }
    assertThat(events).hasSize(2);
    assertThat(events.getLast())
        .isInstanceOfSatisfying(
            CertificatesRefused.class,
            refused -> {
              assertThat(refused.reason()).contains("do not belong together");
              assertThat(refused.served()).isTrue();
            });
    assertThat(certificates.facts().get("certificate 1")).startsWith("CN=old.example from ");
    assertThat(certificates.facts().get("files not in use")).contains("do not belong together");
    assertThat(certificates.facts())
        .containsEntry(
            Transport.EXPIRES, ((CertificatesInUse) events.getFirst()).expires().toString());
    try (var server = server()) {
      assertThat(shown(server, null)).startsWith("CN=old.example");
      Files.writeString(certificate, next.certificates());
      certificates.look();
      certificates.look();
      assertThat(shown(server, null)).startsWith("CN=new.example");
    }
  }

  @Test
  void filesThatAreMendedAreToldOnce() throws Exception {
    Path file = middle.issue(Kind.EC, "a.example").file(folder, "a.pem");
    byte[] good = Files.readAllBytes(file);
    configure("certificate", file.toString(), "reloadSeconds", 0);
    Files.writeString(file, "no certificate");
    certificates.look();
    certificates.look(); // it is settled
    Files.write(file, good);
    for (int i = 0; i < 5; i++) {
      certificates.look();
    }
    assertThat(events)
        .hasExactlyElementsOfTypes(
            CertificatesInUse.class, CertificatesRefused.class, CertificatesInUse.class);
  }

  @Test
  void k11TransportWithoutItsFilesServesNobodyAndSaysWhyUntilTheyAreThere() throws Exception {
    Path file = folder.resolve("late.pem");
    configure("certificate", file.toString(), "reloadSeconds", 0);
    assertThatThrownBy(() -> certificates.terms(null))
        .hasMessage("certificate: " + file + " does not exist");
    assertThat(events)
        .containsExactly(
            new CertificatesRefused("tls", "certificate: " + file + " does not exist", false));
    middle.issue(Kind.EC, "late.example").file(folder, "late.pem");
    certificates.look();
    certificates.look();
    try (var server = server()) {
      assertThat(shown(server, null)).startsWith("CN=late.example");
    }
  }

  @Test
  void filesThatMayBeReadAtLastAreRead() throws Exception {
    Path file = middle.issue(Kind.EC, "a.example").file(folder, "a.pem");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("-wx------"));
    Assumptions.assumeFalse(Files.isReadable(file), "this user may read everything");
    configure("certificate", file.toString(), "reloadSeconds", 0);
    certificates.look();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    certificates.look();
    assertThat(events)
        .hasExactlyElementsOfTypes(CertificatesRefused.class, CertificatesInUse.class);
  }

  @Test
  void wrongConfigurationLeavesTheOldOneInUse() throws Exception {
    String file = files(middle.issue(Kind.EC, "a.example"))[0];
    configure("certificate", file);
    configure("certificate", file, "clientAuth", "maybe");
    assertThat(events.getLast())
        .isEqualTo(
            new CertificatesRefused("tls", "clientAuth is maybe; allowed: none, want, need", true));
    assertThat(certificates.facts().get("configuration not in use")).startsWith("clientAuth");
    try (var server = server()) {
      assertThat(shown(server, null)).startsWith("CN=a.example");
    }
  }

  @Test
  void expiryIsWarnedOfInAdvanceAndOnce() {
    Instant now = Instant.now();
    Duration day = Duration.ofDays(1);
    Issued soon =
        middle.issue(Kind.EC, now.minus(day), now.plus(day.multipliedBy(20)), "soon.example");
    var later = Clock.fixed(now.plus(day.multipliedBy(10)), ZoneOffset.UTC);
    try (var warned = new Certificates("tls", name -> null, events::add, later)) {
      var unused =
          warned.configure(
              Configs.of("certificate", files(soon), "warnDays", 14, "reloadSeconds", 0));
      warned.look();
      warned.look();
    }
    assertThat(events).hasSize(2);
    assertThat(events.getLast())
        .isInstanceOfSatisfying(
            CertificateWarning.class,
            warning -> assertThat(warning.what()).contains("CN=soon.example").contains("expires"));
  }

  // ---- clients' certificates

  private static final class Principals extends Echo {
    @Override
    public Next<Integer> handleConnection(Socket socket) throws Exception {
      ends.add(
          socket.peerCertificates().isEmpty()
              ? "nobody"
              : ((X509Certificate) socket.peerCertificates().getFirst())
                  .getSubjectX500Principal()
                  .toString());
      return super.handleConnection(socket);
    }
  }

  private void mutual(String clientAuth, Object... more) {
    var values =
        new ArrayList<Object>(
            List.of(
                "certificate",
                files(middle.issue(Kind.EC, "localhost")),
                "trust",
                Pki.write(folder.resolve("trust.pem"), Pki.pem(root.own())).toString(),
                "clientAuth",
                clientAuth));
    values.addAll(List.of(more));
    configure(values.toArray());
  }

  @ParameterizedTest
  @CsvSource({
    "TLSv1.2, need, true, CN=alice",
    "TLSv1.3, need, true, CN=alice",
    "TLSv1.3, want, true, CN=alice",
    "TLSv1.3, want, false, nobody",
    "TLSv1.3, none, true, nobody"
  })
  void k5HandlerSeesTheClientsCertificate(String protocol, String auth, boolean shows, String who)
      throws Exception {
    mutual(auth);
    var handler = new Principals();
    Issued alice = middle.issue(Kind.EC, "alice");
    try (var server = server(handler);
        var client = client(server, null, shows ? alice : null, protocol)) {
      assertThat(echo(client, "hello")).isEqualTo("hello");
      assertThat(handler.next()).isEqualTo(who);
    }
  }

  private String failure(Issued own) throws Exception {
    var handler = new Principals();
    try (var server = server(handler);
        var client = client(server, null, own)) {
      assertThatThrownBy(() -> echo(client, "hello")).isInstanceOf(IOException.class);
      return handler.next();
    }
  }

  @Test
  void clientWithoutTheNeededCertificateIsRefused() throws Exception {
    mutual("need");
    var handler = new Principals();
    try (var server = server(handler);
        var client = client(server, null)) {
      assertThatThrownBy(() -> echo(client, "hello")).isInstanceOf(IOException.class);
      assertThat(handler.next()).startsWith("error").contains("Empty client certificate chain");
    }
  }

  @Test
  void clientOfAStrangerIsRefused() throws Exception {
    mutual("need");
    assertThat(failure(Pki.authority("stranger").issue(Kind.EC, "eve"))).startsWith("error");
  }

  @Test
  void clientWhoseCertificateWasRevokedIsRefused() throws Exception {
    Issued alice = middle.issue(Kind.EC, "alice");
    Issued bob = middle.issue(Kind.EC, "bob");
    String lists = Pki.pem(middle.revoking(alice.own()), root.revoking());
    mutual("need", "crl", Pki.write(folder.resolve("crl.pem"), lists).toString());
    assertThat(failure(alice)).startsWith("error");
    try (var server = server();
        var client = client(server, null, bob)) {
      assertThat(echo(client, "hello")).isEqualTo("hello");
    }
  }

  // ---- wrong values

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "protocols | SSLv3 | protocols is SSLv3; allowed: TLSv1.2, TLSv1.3",
        "ciphers | TLS_FOO | ciphers is TLS_FOO; allowed: TLS_AES_128_GCM_SHA256",
        "groups | x99 | groups is x99; allowed: a group that this JDK has, such as ",
        "unknownName | perhaps | unknownName is perhaps; allowed: default, refuse",
        "revocation | maybe | revocation is maybe; allowed: off, soft, hard",
        "clientAuth | need | trust is empty; allowed: the files of the authorities, because"
      })
  void wrongValuesAreRefusedByName(String key, String value, String reason) {
    configure("certificate", "a.pem", key, value);
    assertThat(events).hasSize(1);
    assertThat(((CertificatesRefused) events.getFirst()).reason()).startsWith(reason);
  }

  @ParameterizedTest
  @CsvSource({"handshakeThreads, 1025", "reloadSeconds, -1", "warnDays, 4000"})
  void numbersOutOfRangeAreRefusedByName(String key, int value) {
    configure("certificate", "a.pem", key, value);
    assertThat(((CertificatesRefused) events.getFirst()).reason())
        .startsWith(key + " is " + value + "; allowed: ");
  }

  /** A file of the deploy folder gives a list as one text. */
  @Test
  void listsMayBeOneText() throws Exception {
    String files =
        String.join(
            ", ", files(middle.issue(Kind.EC, "a.example"), middle.issue(Kind.EC, "b.example")));
    configure("certificate", files, "protocols", "TLSv1.2 ,TLSv1.3,");
    try (var server = server()) {
      assertThat(shown(server, "a.example", "TLSv1.2")).startsWith("CN=a.example");
      assertThat(shown(server, "b.example", "TLSv1.3")).startsWith("CN=b.example");
    }
  }

  @Test
  void groupsAreThoseOfTheConfiguration() throws Exception {
    configure("certificate", files(middle.issue(Kind.EC, "a.example")), "groups", "secp384r1");
    try (var server = server();
        var client = client(server, null)) {
      var parameters = client.getSSLParameters();
      parameters.setNamedGroups(new String[] {"x25519"});
      client.setSSLParameters(parameters);
      assertThatThrownBy(client::startHandshake).isInstanceOf(IOException.class);
    }
  }
}
