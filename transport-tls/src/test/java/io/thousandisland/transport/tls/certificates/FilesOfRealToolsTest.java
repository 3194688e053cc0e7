// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.transport.tls.certificates.CredentialFiles.Revocation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as {@code openssl} of the path and {@code keytool} of this JDK write them. */
class FilesOfRealToolsTest {

  private static final String PASSWORD = "s3 cret";

  @TempDir private Path folder;

  /** Runs a program in the folder; its words must have no blanks, but the password may. */
  private void run(String line) throws Exception {
    List<String> words =
        Arrays.stream(line.split(" ")).map(word -> word.replace("PASSWORD", PASSWORD)).toList();
    Process process =
        new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as("%s: %s", line, said).isZero();
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private Identity read(String certificate, String... key) throws UnusableException {
    var files =
        new CredentialFiles(
            List.of(file(certificate)),
            Stream.of(key).map(this::file).toList(),
            Optional.empty(),
            Optional.of("P"),
            List.of(),
            List.of(),
            Revocation.OFF);
    List<Identity> all = Credentials.read(files, name -> PASSWORD).identities();
    assertThat(all).hasSize(1);
    return all.getFirst();
  }

  private String problem(String certificate, String... key) {
    try {
      return "none: " + read(certificate, key);
    } catch (UnusableException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @Nested
  class OfOpenssl {

    @BeforeEach
    void isThere() {
      boolean is;
      try {
        is = new ProcessBuilder("openssl", "version").start().waitFor() == 0;
      } catch (IOException | InterruptedException e) {
        is = false;
      }
      Assumptions.assumeTrue(is, "no openssl on the path");
    }

    private void certify(String key) throws Exception {
      run(
          "openssl req -x509 -new -key "
              + key
              + " -out cert.pem -days 9 -subj /CN=a.example"
              + " -addext subjectAltName=DNS:a.example,DNS:*.a.example");
    }

    private void genpkey(String options) throws Exception {
      run("openssl genpkey " + options + " -out key.pem");
      certify("key.pem");
    }

    private static final String RSA = "-algorithm RSA -pkeyopt rsa_keygen_bits:2048";
    private static final String EC = "-algorithm EC -pkeyopt ec_paramgen_curve:";

    @ParameterizedTest
    @CsvSource({
      RSA + ", RSA",
      "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048, RSASSA-PSS",
      EC + "P-256, EC",
      EC + "P-384, EC",
      EC + "P-521, EC",
      "-algorithm ED25519, EdDSA",
      "-algorithm ED448, EdDSA"
    })
    void allKindsOfKeysThatTlsHasAreRead(String options, String algorithm) throws Exception {
      genpkey(options);
      Identity identity = read("cert.pem", "key.pem");
      assertThat(identity.own().getPublicKey().getAlgorithm()).isEqualTo(algorithm);
      assertThat(identity.key().getAlgorithm()).isEqualTo(algorithm);
      assertThat(identity.names()).containsExactly("a.example", "*.a.example");
    }

    @ParameterizedTest
    @ValueSource(strings = {EC + "secp256k1", EC + "P-256 -pkeyopt ec_param_enc:explicit"})
    void keyThatTheJdkDoesNotHaveIsSaidToBeSo(String options) throws Exception {
      genpkey(options);
      assertThat(problem("cert.pem", "key.pem"))
          .contains(" key ", "this JDK cannot use", "; allowed: RSA")
          .doesNotContain(" is damaged: ");
    }

    @Test
    void parametersOfACurveBeforeTheKeyDoNotMatter() throws Exception {
      run("openssl ecparam -name prime256v1 -genkey -out key.pem");
      assertThat(Files.readString(file("key.pem"))).contains("BEGIN EC PARAMETERS");
      certify("key.pem");
      assertThat(read("cert.pem", "key.pem").names()).contains("a.example");
    }

    @Test
    void parametersOfDiffieHellmanInTheSameFileDoNotMatter() throws Exception {
      genpkey(EC + "P-256");
      run("openssl dhparam -out dh.pem -dsaparam 1024");
      Files.writeString(
          file("all.pem"),
          Files.readString(file("cert.pem"))
              + Files.readString(file("key.pem"))
              + Files.readString(file("dh.pem")));
      assertThat(read("all.pem").names()).contains("a.example");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "-v2 aes-256-cbc -v2prf hmacWithSHA256",
          "-v2 aes-128-cbc -v2prf hmacWithSHA512",
          "-v2 des3",
          "-scrypt",
          "-v1 PBE-SHA1-3DES"
        })
    void encryptedPkcs8IsRead(String cipher) throws Exception {
      genpkey(RSA);
      run("openssl pkcs8 -topk8 -in key.pem -out locked.pem -passout pass:PASSWORD " + cipher);
      assertThat(Files.readString(file("locked.pem"))).contains("BEGIN ENCRYPTED PRIVATE KEY");
      assertThat(read("cert.pem", "locked.pem").names()).contains("a.example");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-aes128", "-aes256", "-des3"})
    void keysEncryptedInTheOldWayAreRead(String cipher) throws Exception {
      genpkey(RSA);
      run("openssl rsa -traditional -in key.pem -out old.pem -passout pass:PASSWORD " + cipher);
      assertThat(Files.readString(file("old.pem"))).contains("Proc-Type: 4,ENCRYPTED");
      assertThat(read("cert.pem", "old.pem").names()).contains("a.example");
      genpkey(EC + "P-384");
      run("openssl ec -in key.pem -out old.pem -passout pass:PASSWORD " + cipher);
      assertThat(Files.readString(file("old.pem")))
          .contains("Proc-Type: 4,ENCRYPTED")
          .contains("BEGIN EC PRIVATE KEY");
      assertThat(read("cert.pem", "old.pem").names()).contains("a.example");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "-passout pass:PASSWORD",
          "-passout pass:PASSWORD -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1",
          "-passout pass:"
        })
    void pkcs12IsRead(String how) throws Exception {
      genpkey(EC + "P-256");
      run("openssl pkcs12 -export -in cert.pem -inkey key.pem -out store.p12 " + how);
      assertThat(read("store.p12").names()).contains("a.example");
    }

    @Test
    void pkcs12AsTextIsRead() throws Exception {
      genpkey(EC + "P-256");
      run(
          "openssl pkcs12 -export -name mine -in cert.pem -inkey key.pem -out store.p12 -passout"
              + " pass:PASSWORD");
      run("openssl pkcs12 -in store.p12 -out all.pem -passin pass:PASSWORD -passout pass:PASSWORD");
      assertThat(Files.readString(file("all.pem"))).contains("Bag Attributes");
      assertThat(read("all.pem").names()).contains("a.example");
    }

    @Test
    void pkcs12WithAKeyOnlyIsRefused() throws Exception {
      genpkey(EC + "P-256");
      run("openssl pkcs12 -export -nocerts -inkey key.pem -out store.p12 -passout pass:PASSWORD");
      assertThat(problem("store.p12"))
          .isEqualTo("certificate: " + file("store.p12") + " has no key with a certificate");
    }

    @Test
    void pkcs12ThatNoPasswordOpensIsToldFromGarbage() throws Exception {
      genpkey(EC + "P-256");
      run(
          "openssl pkcs12 -export -in cert.pem -inkey key.pem -out store.p12 -passout"
              + " pass:another");
      assertThat(problem("store.p12"))
          .isEqualTo(
              "certificate: "
                  + file("store.p12")
                  + " is a key store that no given password opens; a password is given by"
                  + " passwordFile or passwordEnv");
    }

    @Test
    void certificateWithTrustIsRead() throws Exception {
      genpkey(EC + "P-256");
      run("openssl x509 -in cert.pem -trustout -out trusted.pem");
      assertThat(Files.readString(file("trusted.pem"))).contains("BEGIN TRUSTED CERTIFICATE");
      assertThat(read("trusted.pem", "key.pem").names()).contains("a.example");
    }

    @Test
    void requestInPlaceOfACertificateIsRefusedByItsName() throws Exception {
      genpkey(EC + "P-256");
      run("openssl req -new -key key.pem -out request.pem -subj /CN=a.example");
      assertThat(problem("request.pem", "key.pem"))
          .endsWith("has no certificate; it has: CERTIFICATE REQUEST");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-outform DER", "-outform PEM"})
    void certificateAndKeyInDerAreRefusedByTheirForm(String form) throws Exception {
      genpkey(EC + "P-256");
      run("openssl x509 -in cert.pem -out cert.der " + form);
      run("openssl pkcs8 -topk8 -nocrypt -in key.pem -out key.der " + form);
      if (form.endsWith("PEM")) { // the same files are fine then
        assertThat(read("cert.der", "key.der").names()).contains("a.example");
      } else {
        assertThat(problem("cert.der", "key.pem"))
            .endsWith("is neither PEM, nor a PKCS#12 or JKS store");
        assertThat(problem("cert.pem", "key.der"))
            .isEqualTo(
                "key: " + file("key.der") + " is not PEM; needed: the key of " + file("cert.pem"));
      }
    }
  }

  @Nested
  class OfKeytool {

    private void keytool(String line) throws Exception {
      run(Path.of(System.getProperty("java.home"), "bin", "keytool") + " " + line);
    }

    @ParameterizedTest
    @CsvSource({"PKCS12, EC", "PKCS12, RSA", "JKS, RSA", "JKS, EC"})
    void storesAreRead(String type, String algorithm) throws Exception {
      keytool(
          "-genkeypair -alias a -dname CN=a.example -ext SAN=dns:a.example -storepass PASSWORD"
              + " -keystore store -storetype "
              + type
              + " -keyalg "
              + algorithm);
      Identity identity = read("store");
      assertThat(identity.names()).containsExactly("a.example");
      assertThat(identity.key().getAlgorithm()).isEqualTo(algorithm);
    }

    @Test
    void storeOfAnotherKindIsRefusedByItsName() throws Exception {
      keytool(
          "-genkeypair -alias a -dname CN=a.example -storepass PASSWORD -keystore store -storetype"
              + " JCEKS -keyalg EC");
      assertThat(problem("store"))
          .isEqualTo(
              "certificate: " + file("store") + " is a JCEKS store; allowed: PEM, PKCS#12 or JKS");
    }
  }
}
