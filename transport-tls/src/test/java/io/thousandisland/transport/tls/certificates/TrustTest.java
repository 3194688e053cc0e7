// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.certificates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.thousandisland.transport.tls.certificates.CredentialFiles.Revocation;
import io.thousandisland.transport.tls.certificates.Pki.Issued;
import io.thousandisland.transport.tls.certificates.Pki.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.Req;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.jcajce.JcaBasicOCSPRespBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients with certificates: trusted, strange and revoked, between two engines in memory. */
class TrustTest {

  @TempDir private Path folder;

  private final Issued root = Pki.authority("root");
  private final AtomicInteger asked = new AtomicInteger();
  private HttpServer lists;

  /** The list that the authority gives out; empty when it has none. */
  private volatile byte[] list = new byte[0];

  @BeforeEach
  void giveOutLists() throws Exception {
    lists = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    lists.createContext(
        "/",
        exchange -> {
          asked.incrementAndGet();
          byte[] all = list;
          exchange.sendResponseHeaders(
              all.length == 0 ? 404 : 200, all.length == 0 ? -1 : all.length);
          try (var body = exchange.getResponseBody()) {
            body.write(all);
          }
        });
    lists.start();
  }

  @AfterEach
  void stop() {
    lists.stop(0);
  }

  /** Says that {@code revoked} was, and that all others are good. */
  private void answer(HttpExchange exchange, X509Certificate revoked) throws IOException {
    asked.incrementAndGet();
    try (var body = exchange.getResponseBody()) {
      String path = exchange.getRequestURI().getPath();
      var request =
          new OCSPReq(
              exchange.getRequestMethod().equals("GET")
                  ? Base64.getDecoder().decode(path.substring(path.indexOf('/', 1) + 1))
                  : exchange.getRequestBody().readAllBytes());
      var digests = new JcaDigestCalculatorProviderBuilder().build();
      var answers =
          new JcaBasicOCSPRespBuilder(root.own().getPublicKey(), digests.get(RespID.HASH_SHA1));
      for (Req one : request.getRequestList()) {
        boolean is = one.getCertID().getSerialNumber().equals(revoked.getSerialNumber());
        answers.addResponse(
            one.getCertID(),
            is ? new RevokedStatus(Date.from(Instant.now()), 1) : CertificateStatus.GOOD);
      }
      var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(root.key());
      byte[] all =
          new OCSPRespBuilder()
              .build(
                  OCSPRespBuilder.SUCCESSFUL, answers.build(signer, null, Date.from(Instant.now())))
              .getEncoded();
      exchange.sendResponseHeaders(200, all.length);
      body.write(all);
    } catch (OCSPException | OperatorCreationException e) {
      throw new IOException(e);
    }
  }

  private URI place() {
    // a path for each test, because the JDK keeps lists for a while
    return URI.create("http://127.0.0.1:" + lists.getAddress().getPort() + "/" + System.nanoTime());
  }

  private Credentials credentials(Revocation revocation, Path... revoked) throws Exception {
    return Credentials.read(
        new CredentialFiles(
            List.of(root.issue(Kind.EC, "a.example").file(folder, "a.pem")),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            List.of(Pki.write(folder.resolve("trust.pem"), Pki.pem(root.own()))),
            List.of(revoked),
            revocation),
        name -> null);
  }

  private Path crl(Object... parts) {
    return Pki.write(folder.resolve("crl.pem"), Pki.pem(parts));
  }

  /** The subject of the client as the server sees it. */
  private String welcome(Credentials credentials, Issued client, String protocol) throws Exception {
    SSLEngine server = Engines.server(credentials);
    server.setNeedClientAuth(true);
    Engines.shake(Engines.client(root.own(), "a.example", protocol, client), server);
    return ((X509Certificate) server.getSession().getPeerCertificates()[0])
        .getSubjectX500Principal()
        .toString();
  }

  private void assertWelcome(Credentials credentials, Issued client) throws Exception {
    for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
      assertThat(welcome(credentials, client, protocol)).startsWith("CN=");
    }
  }

  private void assertRefused(Credentials credentials, Issued client) {
    for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
      assertThatThrownBy(() -> welcome(credentials, client, protocol))
          .as(protocol)
          .isInstanceOf(SSLException.class);
    }
  }

  @Test
  void clientsOfTheAuthorityAreWelcomeAndStrangersAreNot() throws Exception {
    Credentials trusting = credentials(Revocation.OFF);
    assertWelcome(trusting, root.issue(Kind.EC, "alice"));
    assertWelcome(trusting, root.authority("middle").issue(Kind.RSA, "bob"));
    assertRefused(trusting, Pki.authority("root").issue(Kind.EC, "alice"));
    Instant now = Instant.now();
    Duration day = Duration.ofDays(1);
    assertRefused(
        trusting, root.issue(Kind.EC, now.minus(day.multipliedBy(2)), now.minus(day), "expired"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"PEM", "DER"})
  void revokedClientIsRefusedByAListInAFile(String form) throws Exception {
    Issued alice = root.issue(Kind.EC, "alice");
    var revoked = root.revoking(alice.own());
    Path file =
        form.equals("PEM")
            ? crl(revoked)
            : Files.write(folder.resolve("crl.der"), revoked.getEncoded());
    Credentials judging = credentials(Revocation.OFF, file);
    assertRefused(judging, alice);
    assertWelcome(judging, root.issue(Kind.EC, "bob"));
  }

  @ParameterizedTest
  @EnumSource(Revocation.class)
  void revokedClientIsRefusedByAListInAFileWhateverAuthoritiesAreAsked(Revocation revocation)
      throws Exception {
    Issued alice = root.issueListedAt(place(), "alice");
    list = root.revoking().getEncoded(); // the older one of the two
    assertRefused(credentials(revocation, crl(root.revoking(alice.own()))), alice);
  }

  @Test
  void nobodyIsAskedWhileRevocationIsOff() throws Exception {
    Issued middle = root.authority("middle");
    Issued alice = middle.issueListedAt(place(), "alice");
    list = middle.revoking().getEncoded();
    assertRefused(credentials(Revocation.OFF, crl(root.revoking())), alice); // no list of middle's
    assertWelcome(credentials(Revocation.OFF, crl(root.revoking(), middle.revoking())), alice);
    assertWelcome(credentials(Revocation.OFF), alice);
    assertThat(asked).hasValue(0);
  }

  @ParameterizedTest
  @EnumSource(names = {"SOFT", "HARD"})
  void authorityIsAskedAndItsAnswerCounts(Revocation revocation) throws Exception {
    Issued alice = root.issueListedAt(place(), "alice");
    Issued bob = root.issueListedAt(place(), "bob");
    list = root.revoking(alice.own()).getEncoded();
    Credentials asking = credentials(revocation);
    assertRefused(asking, alice);
    assertWelcome(asking, bob);
    assertThat(asked.get()).isPositive();
  }

  @ParameterizedTest
  @EnumSource(names = {"SOFT", "HARD"})
  void responderIsAskedAndItsAnswerCounts(Revocation revocation) throws Exception {
    URI responder = URI.create("http://127.0.0.1:" + lists.getAddress().getPort() + "/ocsp");
    Issued alice = root.issueKnownTo(responder, "alice");
    lists.createContext("/ocsp", exchange -> answer(exchange, alice.own()));
    Credentials asking = credentials(revocation);
    assertRefused(asking, alice);
    assertWelcome(asking, root.issueKnownTo(responder, "bob"));
    assertThat(asked.get()).isPositive();
    asked.set(0);
    assertWelcome(credentials(Revocation.OFF), alice);
    assertWelcome(credentials(Revocation.OFF, crl(root.revoking())), alice);
    assertThat(asked).hasValue(0);
  }

  @Test
  void softWelcomesClientsWhoseAuthorityNamesNobodyToAsk() throws Exception {
    Issued alice = root.issue(Kind.EC, "alice");
    Issued bob = root.authority("middle").issue(Kind.EC, "bob");
    assertWelcome(credentials(Revocation.SOFT), alice);
    assertWelcome(credentials(Revocation.SOFT), bob);
    assertRefused(credentials(Revocation.HARD), alice);
  }

  @Test
  void withoutAnAnswerSoftLetsClientsInAndHardDoesNot() throws Exception {
    URI nobody;
    try (var closed = new ServerSocket(0)) {
      nobody = URI.create("http://127.0.0.1:" + closed.getLocalPort() + "/list");
    }
    for (Issued alice :
        List.of(root.issueListedAt(nobody, "alice"), root.issueKnownTo(nobody, "alice"))) {
      assertWelcome(credentials(Revocation.SOFT), alice);
      assertRefused(credentials(Revocation.HARD), alice);
    }
  }

  @Test
  void listThatIsOutOfDateCountsNoMoreAndIsWarnedOf() throws Exception {
    Instant now = Instant.now();
    Instant hourAgo = now.minus(Duration.ofHours(1));
    Path file = crl(root.revokingUntil(hourAgo));
    Credentials judging = credentials(Revocation.OFF, file);
    assertRefused(judging, root.issue(Kind.EC, "alice"));
    assertThat(judging.warnings(now, now))
        .singleElement()
        .asString()
        .startsWith("the list of revoked certificates of CN=root from " + file + " is out of date");
    assertThat(credentials(Revocation.OFF, crl(root.revoking())).warnings(now, now)).isEmpty();
  }

  @Test
  void fileWithoutAnAuthorityOrAListIsRefusedByName() throws Exception {
    Path empty = Pki.write(folder.resolve("empty.pem"), root.pkcs8());
    assertThatThrownBy(() -> credentials(Revocation.OFF, empty))
        .hasMessage("crl: " + empty + " has no list of revoked certificates");
    Path a = root.issue(Kind.EC, "a.example").file(folder, "a.pem");
    assertThatThrownBy(
            () ->
                Credentials.read(
                    new CredentialFiles(
                        List.of(a),
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(empty),
                        List.of(),
                        Revocation.OFF),
                    name -> null))
        .hasMessage("trust: " + empty + " has no certificate of an authority");
  }
}
