// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.transport.tls.certificates.CredentialFiles.Revocation;
import io.thousandisland.transport.tls.certificates.Pki.Issued;
import io.thousandisland.transport.tls.certificates.Pki.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that were cut, changed, or are no files: each is refused, and nothing else happens. */
class DamagedFilesTest {

  private static final String PASSWORD = "s3cret";

  @TempDir private Path folder;

  private static CredentialFiles files(Path certificate, List<Path> trusted, List<Path> revoked) {
    return new CredentialFiles(
        List.of(certificate),
        List.of(),
        Optional.empty(),
        Optional.of("P"),
        trusted,
        revoked,
        Revocation.OFF);
  }

  private static Credentials read(CredentialFiles files) throws UnusableException {
    return Credentials.read(files, name -> PASSWORD);
  }

  /** The bytes with a few of them changed, or without their end. */
  private static byte[] damaged(byte[] whole, Random random) {
    if (random.nextInt(4) == 0) {
      return Arrays.copyOf(whole, 1 + random.nextInt(whole.length - 1));
    }
    byte[] changed = whole.clone();
    for (int i = random.nextInt(4); i >= 0; i--) {
      changed[random.nextInt(changed.length)] = (byte) random.nextInt();
    }
    return changed;
  }

  private Path original(String form, Issued issued) throws Exception {
    return switch (form) {
      case "PEM" -> issued.file(folder, "original");
      case "PEM, locked" ->
          Pki.write(
              folder.resolve("original"),
              issued.certificates() + issued.locked("2.16.840.1.101.3.4.1.42", PASSWORD));
      default -> issued.store(folder.resolve("original"), form, PASSWORD);
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"PEM", "PEM, locked", "PKCS12", "JKS"})
  @Timeout(120)
  void damagedFileIsRefusedWithItsNameOrReadAsItWas(String form) throws Exception {
    Issued issued = Pki.authority("root").issue(Kind.EC, "a.example");
    byte[] whole = Files.readAllBytes(original(form, issued));
    Path file = folder.resolve("file");
    var random = new Random(4711);
    int refused = 0;
    for (int i = 0; i < (form.equals("PEM") ? 2000 : 60); i++) { // the others are slow on purpose
      Files.write(file, damaged(whole, random));
      try {
        assertThat(
                KeyMatch.fits(issued.own(), read(files(file, List.of(), List.of())).first().key()))
            .isTrue();
      } catch (UnusableException e) {
        refused++;
        assertThat(e).hasMessageStartingWith("certificate: " + file + " ");
        assertNoSecretIn(e, issued);
      }
    }
    assertThat(refused).isGreaterThan(10);
  }

  private static void assertNoSecretIn(Throwable thrown, Issued issued) {
    String key = issued.pkcs8().replaceAll("-----.*?-----|\\s", "");
    for (Throwable one = thrown; one != null; one = one.getCause()) {
      String message = String.valueOf(one.getMessage());
      assertThat(message).doesNotContain(PASSWORD);
      for (int i = 40; i + 8 <= key.length(); i++) { // its first bytes are those of all keys
        assertThat(message).doesNotContain(key.substring(i, i + 8));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PEM", "DER"})
  void damagedListOfTheRevokedIsRefusedWithItsNameOrRead(String form) throws Exception {
    Issued root = Pki.authority("root");
    Path certificate = root.issue(Kind.EC, "a.example").file(folder, "a.pem");
    Path trust = Pki.write(folder.resolve("trust.pem"), Pki.pem(root.own()));
    var list = root.revoking(root.own());
    byte[] whole =
        form.equals("PEM") ? Pki.pem(list).getBytes(StandardCharsets.US_ASCII) : list.getEncoded();
    Path file = folder.resolve("crl");
    var random = new Random(4711);
    int refused = 0;
    for (int i = 0; i < 1000; i++) {
      Files.write(file, damaged(whole, random));
      try {
        assertThat(read(files(certificate, List.of(trust), List.of(file))).trustManager())
            .isNotNull();
      } catch (UnusableException e) {
        refused++;
        assertThat(e).hasMessageStartingWith("crl: " + file + " ");
      }
    }
    assertThat(refused).isGreaterThan(10);
  }

  @ParameterizedTest
  @ValueSource(strings = {"CERTIFICATE", "PRIVATE KEY", "RSA PRIVATE KEY", "X509 CRL"})
  void partsWithinPartsWithoutAnEndAreRefused(String kind) {
    byte[] nested = new byte[1 << 20];
    for (int i = 0; i < nested.length; i += 2) {
      nested[i] = 0x30; // a sequence
      nested[i + 1] = (byte) 0x80; // whose end is told by its content
    }
    Path file =
        Pki.write(
            folder.resolve("nested"),
            "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(kind, Base64.getMimeEncoder().encodeToString(nested), kind));
    assertThat(problem(file)).startsWith("certificate: " + file + " ");
  }

  @Test
  void markOfUtf8BeforeTheFirstLineDoesNotMatter() throws Exception {
    Issued issued = Pki.authority("root").issue(Kind.EC, "a.example");
    Path file =
        Pki.write(folder.resolve("a.pem"), "\uFEFF" + issued.certificates() + issued.pkcs8());
    assertThat(read(files(file, List.of(), List.of())).first().own()).isEqualTo(issued.own());
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  @Timeout(20)
  void pipeIsRefusedAndNotWaitedFor() throws Exception {
    Path pipe = folder.resolve("pipe");
    Process made = new ProcessBuilder("mkfifo", pipe.toString()).start();
    assertThat(made.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(made.exitValue()).isZero();
    assertThat(problem(pipe))
        .isEqualTo("certificate: " + pipe + " is no regular file; a file is needed");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  @Timeout(20)
  void deviceWithoutAnEndIsRefused() {
    assertThat(problem(Path.of("/dev/zero"))).endsWith("is no regular file; a file is needed");
  }

  @Test
  void fileThatIsTooLongIsRefused() throws Exception {
    Path file = folder.resolve("long");
    Files.write(file, new byte[(16 << 20) + 1]);
    assertThat(problem(file)).endsWith("is longer than 16777216 bytes");
  }

  private static String problem(Path file) {
    try {
      return "none: " + read(files(file, List.of(), List.of())).identities();
    } catch (UnusableException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
