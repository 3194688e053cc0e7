// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.bundles;

import io.thousandisland.deploy.watch.MalformedFileException;
import io.thousandisland.deploy.watch.Trouble;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * A jar that can be read as a whole, copied out of the folder. The content that was checked is the
 * content that is installed, whatever happens to the file meanwhile.
 *
 * @param digest of all its bytes
 * @param identity null for a jar that is no bundle
 */
public record WholeJar(Path copy, String digest, @Nullable BundleIdentity identity) {

  /**
   * The size of one buffer for all entries: a jar may have 100,000, and the process little memory.
   */
  private static final int BUFFER = 1 << 13;

  /**
   * @throws ZipException when the file is no zip, or not a whole one
   * @throws MalformedFileException when its manifest is not valid
   * @throws IOException when it cannot be read
   */
  static WholeJar copy(Path file, Path copy) throws IOException {
    try {
      lookAt(file);
      String digest = copyAndDigest(file, copy);
      return new WholeJar(copy, digest, check(copy));
    } catch (IOException e) {
      Files.deleteIfExists(copy);
      throw e;
    }
  }

  /**
   * Finds most files that are no zip. This takes no time and no room, however large the file is.
   */
  private static void lookAt(Path file) throws IOException {
    try (InputStream readable = Files.newInputStream(file)) {
      if (readable.read() < 0) {
        throw new ZipException("it is empty");
      }
    }
    new ZipFile(file.toFile()).close();
  }

  private static String copyAndDigest(Path file, Path copy) throws IOException {
    MessageDigest digest = sha256();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest);
        OutputStream out = Files.newOutputStream(copy)) {
      in.transferTo(out);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  private static @Nullable BundleIdentity check(Path jar) throws IOException {
    try (var whole = new JarFile(jar.toFile(), false)) {
      byte[] buffer = new byte[BUFFER];
      for (Enumeration<JarEntry> all = whole.entries(); all.hasMoreElements(); ) {
        check(all.nextElement(), whole, buffer);
      }
      Manifest manifest = whole.getManifest();
      return manifest == null ? null : BundleIdentity.of(manifest.getMainAttributes());
    } catch (ZipException | MalformedFileException e) {
      throw e;
    } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
      throw damaged(Trouble.of(e), e); // of the copy, so it is not the disk's fault
    }
  }

  /** Reads {@code entry}, because JarFile does not compare checksums by itself. */
  private static void check(ZipEntry entry, JarFile jar, byte[] buffer) throws IOException {
    try (var in = new CheckedInputStream(jar.getInputStream(entry), new CRC32())) {
      while (in.read(buffer) >= 0) {
        // the checksum is all that is wanted
      }
      if (entry.getCrc() >= 0 && entry.getCrc() != in.getChecksum().getValue()) {
        throw new ZipException("its entry " + entry.getName() + " is damaged");
      }
    }
  }

  private static ZipException damaged(String message, Exception cause) {
    var damaged = new ZipException(message);
    damaged.initCause(cause);
    return damaged;
  }
}
