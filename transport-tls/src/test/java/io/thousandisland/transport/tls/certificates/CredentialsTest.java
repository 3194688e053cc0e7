// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.certificates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.transport.tls.certificates.CredentialFiles.Revocation;
import io.thousandisland.transport.tls.certificates.Pki.Issued;
import io.thousandisland.transport.tls.certificates.Pki.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcePEMEncryptorBuilder;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates and keys in all the files that people have. */
class CredentialsTest {

  private static final String PASSWORD = "s3cret";

  private static Issued root;
  private static Issued middle;

  @TempDir private Path folder;

  @BeforeAll
  static void authorities() {
    root = Pki.authority("root");
    middle = root.authority("middle");
  }

  private static CredentialFiles files(Path certificate, Path... key) {
    return new CredentialFiles(
        List.of(certificate),
        List.of(key),
        Optional.empty(),
        Optional.of("TLS_PASSWORD"),
        List.of(),
        List.of(),
        Revocation.OFF);
  }

  private static Credentials read(CredentialFiles files) throws UnusableException {
    return Credentials.read(files, name -> name.equals("TLS_PASSWORD") ? PASSWORD : null);
  }

  private static String problem(CredentialFiles files) {
    try {
      return read(files).identities().toString();
    } catch (UnusableException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private Path pem(String text) {
    return Pki.write(folder.resolve("certificate.pem"), text);
  }

  private Path key(String text) {
    return Pki.write(folder.resolve("key.pem"), text);
  }

  // ---- forms

  @ParameterizedTest
  @EnumSource(Kind.class)
  void keysOfAllKindsAreReadAsPkcs8(Kind kind) throws Exception {
    Issued issued = middle.issue(kind, "a.example");
    Identity identity = read(files(issued.file(folder, "all.pem"))).identities().getFirst();
    assertThat(identity.chain()).containsExactly(issued.own(), middle.own());
    assertThat(identity.key()).isEqualTo(issued.key());
    assertThat(identity.names()).containsExactly("a.example");
  }

  @ParameterizedTest
  @EnumSource(names = {"EC", "RSA"})
  void keysAreReadAsPkcs1AndSec1(Kind kind) throws Exception {
    Issued issued = middle.issue(kind, "a.example");
    String text = issued.traditional();
    assertThat(text).contains(kind == Kind.EC ? "BEGIN EC PRIVATE" : "BEGIN RSA PRIVATE");
    Identity identity = read(files(pem(issued.certificates()), key(text))).identities().getFirst();
    assertThat(KeyMatch.fits(issued.own(), identity.key())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2.16.840.1.101.3.4.1.42", // AES-256-CBC, by PBES2
        "1.2.840.113549.1.12.1.3" // triple DES, by PKCS#12
      })
  void encryptedPkcs8IsReadWithItsPassword(String cipher) throws Exception {
    Issued issued = middle.issue(Kind.RSA, "a.example");
    String text = issued.locked(cipher, PASSWORD);
    assertThat(text).contains("BEGIN ENCRYPTED PRIVATE KEY");
    Identity identity = read(files(pem(issued.certificates()), key(text))).identities().getFirst();
    assertThat(identity.key()).isEqualTo(issued.key());
  }

  private static String legacy(Issued issued, String password) throws IOException {
    var text = new java.io.StringWriter();
    try (var writer = new JcaPEMWriter(text)) {
      writer.writeObject(
          issued.key(), // in PKCS#1
          new JcePEMEncryptorBuilder("AES-128-CBC")
              .setProvider(new BouncyCastleProvider())
              .build(password.toCharArray()));
    }
    return text.toString();
  }

  @Test
  void keyEncryptedInTheOldWayIsReadWithItsPassword() throws Exception {
    Issued issued = middle.issue(Kind.RSA, "a.example");
    String text = legacy(issued, PASSWORD);
    assertThat(text).contains("Proc-Type: 4,ENCRYPTED");
    assertThat(read(files(pem(issued.certificates()), key(text))).identities()).hasSize(1);
  }

  @Test
  void eachLineOfThePasswordFileIsTried() throws Exception {
    Issued issued = middle.issue(Kind.RSA, "a.example");
    Path file = pem(issued.certificates() + legacy(issued, "third"));
    Path passwords = Pki.write(folder.resolve("passwords"), "first\nsecond\n\nthird\n");
    var files =
        new CredentialFiles(
            List.of(file),
            List.of(),
            Optional.of(passwords),
            Optional.empty(),
            List.of(),
            List.of(),
            Revocation.OFF);
    assertThat(read(files).identities()).hasSize(1);
  }

  @Test
  void wrongPasswordsThatHappenToGiveSomeBytesDoNotHideTheRightOne() throws Exception {
    Issued issued = middle.issue(Kind.RSA, "a.example");
    Path file = pem(issued.certificates() + legacy(issued, "right"));
    var lines = new StringBuilder();
    for (int i = 0; i < 2000; i++) { // one in 256 leaves bytes that look padded
      lines.append("wrong ").append(i).append('\n');
    }
    Path passwords = Pki.write(folder.resolve("passwords"), lines + "right\n");
    var files =
        new CredentialFiles(
            List.of(file),
            List.of(),
            Optional.of(passwords),
            Optional.empty(),
            List.of(),
            List.of(),
            Revocation.OFF);
    assertThat(read(files).identities().getFirst().key()).isEqualTo(issued.key());
  }

  @ParameterizedTest
  @ValueSource(strings = {"PKCS12", "JKS"})
  void keyStoresAreToldByTheirContent(String type) throws Exception {
    Issued issued = middle.issue(Kind.EC, "a.example");
    Path file = issued.store(folder.resolve("store.pem"), type, PASSWORD);
    Identity identity = read(files(file)).identities().getFirst();
    assertThat(identity.own()).isEqualTo(issued.own());
    assertThat(identity.key()).isEqualTo(issued.key());
  }

  @Test
  void textAroundThePartsAndWindowsLinesDoNotMatter() throws Exception {
    Issued issued = middle.issue(Kind.EC, "a.example");
    String text =
        "\uFEFFBag Attributes\n    friendlyName: x\n"
            + issued.pkcs8()
            + "subject=CN = a\n"
            + issued.certificates();
    assertThat(read(files(pem(text.replace("\n", "\r\n")))).identities()).hasSize(1);
  }

  @Test
  void nameInTheSubjectCountsWhereThereIsNoOther() throws Exception {
    Issued alone = Pki.authority("Old.Example");
    assertThat(read(files(alone.file(folder, "a.pem"))).identities().getFirst().names())
        .containsExactly("old.example");
  }

  // ---- faults

  @Test
  void k11MissingFileIsRefusedByName() {
    Path file = folder.resolve("nobody.pem");
    assertThat(problem(files(file))).isEqualTo("certificate: " + file + " does not exist");
  }

  @Test
  void filesThatAreNoFilesOrEmptyOrGarbageAreRefusedByName() throws Exception {
    assertThat(problem(files(folder)))
        .isEqualTo("certificate: " + folder + " is a folder; a file is needed");
    assertThat(problem(files(pem("")))).endsWith("certificate.pem is empty");
    Path garbage = Files.write(folder.resolve("garbage"), new byte[] {1, 2, 3, 4});
    assertThat(problem(files(garbage)))
        .isEqualTo("certificate: " + garbage + " is neither PEM, nor a PKCS#12 or JKS store");
    assertThat(
            problem(files(pem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))))
        .contains("certificate.pem is damaged");
  }

  @Test
  void fileThatMayNotBeReadIsRefusedByName() throws Exception {
    Path file = middle.issue(Kind.EC, "a.example").file(folder, "a.pem");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("-wx------"));
    Assumptions.assumeFalse(Files.isReadable(file), "this user may read everything");
    assertThat(problem(files(file))).endsWith("may not be read by the user of this process");
  }

  @Test
  void certificateAndKeyThatDoNotBelongTogetherAreRefused() {
    Issued one = middle.issue(Kind.EC, "a.example");
    Issued other = middle.issue(Kind.EC, "b.example");
    assertThat(problem(files(pem(one.certificates()), key(other.pkcs8()))))
        .contains("certificate.pem and the key do not belong together")
        .contains("CN=a.example");
    Issued rsa = middle.issue(Kind.RSA, "b.example");
    assertThat(problem(files(pem(one.certificates()), key(rsa.pkcs8()))))
        .contains("do not belong together");
  }

  @Test
  void chainsThatAreOutOfOrderAreRefusedWithTheRightOrder() {
    Issued one = middle.authority("lower").issue(Kind.EC, "a.example");
    String swapped = Pki.pem(middle.own(), one.chain().get(1), root.own(), one.own()); // 3, 2, 4, 1
    assertThat(problem(files(pem(swapped), key(one.pkcs8()))))
        .endsWith(
            "has its certificates out of order; the right order is: number 4 (CN=a.example), number 2"
                + " (CN=lower), number 1 (CN=middle), number 3 (CN=root)");
  }

  @Test
  void certificatesThatAreNotOfTheChainAreRefusedByName() {
    Issued one = middle.issue(Kind.EC, "a.example");
    Issued stranger = Pki.authority("stranger");
    assertThat(
            problem(files(pem(Pki.pem(stranger.own(), one.own(), middle.own())), key(one.pkcs8()))))
        .endsWith(
            "has certificates that do not belong to the chain of CN=a.example: number 1 (CN=stranger);"
                + " needed: the server's own certificate, then the issuer of each");
    assertThat(problem(files(pem(Pki.pem(one.own(), root.own())), key(one.pkcs8()))))
        .contains("CN=a.example: number 2 (CN=root);"); // the one between is missing
  }

  @Test
  void rootAtTheEndOfTheChainIsWelcome() throws Exception {
    Issued one = middle.issue(Kind.EC, "a.example");
    String whole = Pki.pem(one.own(), middle.own(), root.own());
    assertThat(read(files(pem(whole), key(one.pkcs8()))).identities().getFirst().chain())
        .hasSize(3);
  }

  @Test
  void fileWithoutAKeyOrWithTwoIsRefused() {
    Issued one = middle.issue(Kind.EC, "a.example");
    assertThat(problem(files(pem(one.certificates()))))
        .endsWith("has no key; needed: the key of the certificate, or its file as key");
    assertThat(problem(files(pem(one.certificates()), key(one.pkcs8() + one.pkcs8()))))
        .contains("key: " + folder.resolve("key.pem") + " has 2 keys");
    assertThat(problem(files(pem(one.pkcs8())))).endsWith("has no certificate");
  }

  @Test
  void passwordThatDoesNotFitIsToldAndNotShown() throws Exception {
    Issued one = middle.issue(Kind.EC, "a.example");
    String told = problem(files(pem(one.certificates()), key(legacy(one, "another"))));
    assertThat(told).endsWith("has an encrypted key, and no given password fits it");
    assertThat(told).doesNotContain(PASSWORD);
    assertThatThrownBy(
            () ->
                Credentials.read(
                    files(pem(one.certificates()), key(legacy(one, "another"))), name -> null))
        .hasMessage("passwordEnv: the variable that it names is not set in the environment");
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3cret", "s3 cret", "pa$$word"})
  void passwordInPlaceOfItsVariableIsNotShown(String mistake) throws Exception {
    Path file = middle.issue(Kind.EC, "a.example").file(folder, "a.pem");
    assertThatThrownBy(
            () ->
                Credentials.read(
                    new CredentialFiles(
                        List.of(file),
                        List.of(),
                        Optional.empty(),
                        Optional.of(mistake),
                        List.of(),
                        List.of(),
                        Revocation.OFF),
                    name -> null))
        .hasMessageContaining("passwordEnv")
        .hasMessageNotContaining(mistake);
  }

  @Test
  void encryptedKeyWithoutAPasswordSaysHowToGiveOne() throws Exception {
    Issued one = middle.issue(Kind.EC, "a.example");
    var files =
        new CredentialFiles(
            List.of(pem(one.certificates() + legacy(one, PASSWORD))),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            Revocation.OFF);
    assertThat(problem(files))
        .endsWith("has an encrypted key; give its password by passwordFile or passwordEnv");
  }

  @Test
  void listsThatDoNotFitAreRefusedByTheirKeys() {
    assertThatThrownBy(() -> files(pem("x"), key("x"), key("x")))
        .hasMessageStartingWith("key has 2 files; allowed: one for each of the 1 of certificate");
    assertThatThrownBy(
            () ->
                new CredentialFiles(
                    List.of(),
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of(),
                    List.of(),
                    Revocation.OFF))
        .hasMessageStartingWith("certificate is empty");
  }

  @Test
  void certificatesThatPeersMayRefuseAreWarnedOf() throws Exception {
    Instant now = Instant.now();
    Duration day = Duration.ofDays(1);
    Issued old = middle.issue(Kind.EC, now.minus(day.multipliedBy(9)), now.minus(day), "old");
    Issued early = middle.issue(Kind.EC, now.plus(day), now.plus(day.multipliedBy(9)), "early");
    Issued soon = middle.issue(Kind.EC, now.minus(day), now.plus(day), "soon");
    Issued weak = middle.issue(Kind.SHORT_RSA, "weak");
    var found =
        read(new CredentialFiles(
                List.of(
                    old.file(folder, "old"),
                    early.file(folder, "early"),
                    soon.file(folder, "soon"),
                    weak.file(folder, "weak")),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                Revocation.OFF))
            .warnings(now, now.plus(day.multipliedBy(2)));
    assertThat(found).hasSize(4);
    assertThat(found.get(0)).contains("CN=old").contains("has expired");
    assertThat(found.get(1)).contains("CN=early").contains("is not valid before");
    assertThat(found.get(2)).contains("CN=soon").contains("expires at");
    assertThat(found.get(3)).contains("CN=weak").contains("1024 bits");
  }

  @Test
  void chainThatExpiresBeforeItsCertificateIsWarnedOf() throws Exception {
    Instant now = Instant.now();
    Instant soon = now.plus(Duration.ofDays(3)).truncatedTo(ChronoUnit.SECONDS);
    Issued one = root.authority("short", soon).issue(Kind.EC, "a.example");
    Credentials read = read(files(one.file(folder, "a.pem")));
    assertThat(read.first().expires()).isEqualTo(soon);
    assertThat(read.warnings(now, now.plus(Duration.ofDays(9))))
        .containsExactly(
            "the certificate CN=short in the chain of CN=a.example from "
                + folder.resolve("a.pem")
                + " expires at "
                + soon);
  }

  @Test
  void rootThatExpiresIsTheClientsConcern() throws Exception {
    Instant now = Instant.now();
    Issued one = middle.issue(Kind.EC, "a.example");
    Path all = pem(Pki.pem(one.own(), middle.own(), root.own()) + one.pkcs8());
    assertThat(read(files(all)).warnings(now, now.plus(Duration.ofDays(9_999))))
        .hasSize(2)
        .noneMatch(warning -> warning.contains("CN=root"));
  }

  @Test
  void nothingPrintsAKey() throws Exception {
    Issued one = middle.issue(Kind.EC, "a.example");
    Identity identity = read(files(one.file(folder, "a.pem"))).identities().getFirst();
    assertThat(identity).hasToString("CN=a.example from " + folder.resolve("a.pem"));
  }
}
