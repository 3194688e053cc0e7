// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.certificates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.transport.tls.certificates.CredentialFiles.Revocation;
import io.thousandisland.transport.tls.certificates.Pki.Issued;
import io.thousandisland.transport.tls.certificates.Pki.Kind;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The certificates that clients of several kinds are shown, between two engines in memory. */
class NamedKeyManagerTest {

  private static Issued root;

  @TempDir private Path folder;

  @BeforeAll
  static void authority() {
    root = Pki.authority("root");
  }

  private Credentials credentials(Issued... all) throws Exception {
    var files = new ArrayList<Path>();
    for (Issued one : all) {
      files.add(one.file(folder, files.size() + ".pem"));
    }
    return Credentials.read(
        new CredentialFiles(
            files,
            List.of(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            Revocation.OFF),
        name -> null);
  }

  private static String shown(Credentials credentials, SSLEngine client) throws Exception {
    Engines.shake(client, Engines.server(credentials));
    var own = (X509Certificate) client.getSession().getPeerCertificates()[0];
    return own.getSubjectX500Principal() + " " + own.getPublicKey().getAlgorithm();
  }

  private static String shown(Credentials credentials, @Nullable String name, String protocol)
      throws Exception {
    return shown(credentials, Engines.client(root.own(), name, protocol));
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void k12CertificateOfExactlyTheNameGoesBeforeThatOfAWildcard(String protocol) throws Exception {
    Credentials both =
        credentials(
            root.issue(Kind.EC, "*.a.example"),
            root.issue(Kind.EC, "www.a.example"),
            root.issue(Kind.EC, "other.example"));
    assertThat(shown(both, "www.a.example", protocol)).isEqualTo("CN=www.a.example EC");
    assertThat(shown(both, "api.a.example", protocol)).isEqualTo("CN=*.a.example EC");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void k12CertificateOfExactlyTheNameGoesFirstEvenWithAnotherKindOfKey(String protocol)
      throws Exception {
    Credentials both =
        credentials(root.issue(Kind.EC, "*.a.example"), root.issue(Kind.RSA, "www.a.example"));
    assertThat(shown(both, "www.a.example", protocol)).isEqualTo("CN=www.a.example RSA");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void k12DefaultIsTheFirstEvenWhereClientsPreferAnotherKindOfKey(String protocol)
      throws Exception {
    Credentials both =
        credentials(root.issue(Kind.RSA, "first.example"), root.issue(Kind.EC, "second.example"));
    assertThat(shown(both, "unknown.example", protocol)).isEqualTo("CN=first.example RSA");
    assertThat(shown(both, null, protocol)).isEqualTo("CN=first.example RSA");
  }

  @ParameterizedTest
  @CsvSource({
    "TLSv1.2, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, RSA",
    "TLSv1.2, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, EC"
  })
  void k12DefaultHasTheKindsOfKeysOfItsNames(String protocol, String cipher, String kind)
      throws Exception {
    Credentials all =
        credentials(
            root.issue(Kind.RSA, "first.example"),
            root.issue(Kind.EC, "second.example"),
            root.issue(Kind.EC, "first.example"));
    SSLEngine client = Engines.client(root.own(), null, protocol);
    client.setEnabledCipherSuites(new String[] {cipher});
    assertThat(shown(all, client)).isEqualTo("CN=first.example " + kind);
  }

  @Test
  void clientThatUnderstandsNoKindOfKeyForItsNameIsShownNoOtherName() throws Exception {
    Credentials both =
        credentials(root.issue(Kind.EC, "a.example"), root.issue(Kind.RSA, "b.example"));
    SSLEngine client = Engines.client(root.own(), "a.example", "TLSv1.2");
    client.setEnabledCipherSuites(new String[] {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"});
    assertThatThrownBy(() -> shown(both, client)).isInstanceOf(SSLException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"A.EXAMPLE", "xn--mller-kva.example", "XN--MLLER-KVA.Example"})
  void k12NamesAreComparedWithoutCase(String name) throws Exception {
    Credentials all =
        credentials(
            root.issue(Kind.EC, "first.example"),
            root.issue(Kind.EC, "a.example", "xn--mller-kva.example"));
    assertThat(shown(all, name, "TLSv1.3")).isEqualTo("CN=a.example EC");
    assertThat(all.knows(name + ".")).isTrue();
    assertThat(all.knows("b" + name)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "ED25519, TLSv1.2, EdDSA",
    "ED25519, TLSv1.3, EdDSA",
    "PSS, TLSv1.2, RSASSA-PSS",
    "PSS, TLSv1.3, RSASSA-PSS"
  })
  void rareKindsOfKeysAreShown(Kind kind, String protocol, String algorithm) throws Exception {
    Credentials one = credentials(root.issue(kind, "a.example"));
    assertThat(shown(one, "a.example", protocol)).isEqualTo("CN=a.example " + algorithm);
  }

  @Test
  void certificateThatIsHiddenByOthersIsWarnedOf() throws Exception {
    Credentials all =
        credentials(
            root.issue(Kind.EC, "a.example", "b.example"),
            root.issue(Kind.RSA, "a.example"), // another kind of key
            root.issue(Kind.EC, "b.example", "c.example"), // another name
            root.issue(Kind.EC, "a.example", "c.example"));
    Instant now = Instant.now();
    assertThat(all.warnings(now, now))
        .containsExactly(
            "the certificate CN=a.example from "
                + folder.resolve("3.pem")
                + " is never shown: others before it have its names and its kind of key");
  }

  @Test
  void k13NameThatWasChosenGoesBeforeTheNameThatIsAskedFor() throws Exception {
    Credentials both =
        credentials(root.issue(Kind.EC, "a.example"), root.issue(Kind.EC, "b.example"));
    SSLEngine client = Engines.client(root.own(), "a.example", "TLSv1.3");
    Engines.shake(client, Engines.server(both, "B.example."));
    assertThat(
            ((X509Certificate) client.getSession().getPeerCertificates()[0])
                .getSubjectX500Principal())
        .hasToString("CN=b.example");
  }
}
