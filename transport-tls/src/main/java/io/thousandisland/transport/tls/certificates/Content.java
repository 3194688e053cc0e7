package io.thousandisland.transport.tls.certificates;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The bytes of a file that a configuration names. */
final class Content {

  /** In bytes; a list of revoked certificates may have some. */
  private static final long MOST = 16 << 20;

  private Content() {}

  /**
   * @param key of the configuration
   */
  static byte[] of(String key, Path file) throws UnusableException {
    try {
      if (Files.isDirectory(file)) {
        throw new UnusableException(key, file, "is a folder; a file is needed");
      }
      long size = Files.size(file);
      if (size > MOST) {
        throw new UnusableException(key, file, "has " + size + " bytes; allowed: up to " + MOST);
      }
      byte[] all = Files.readAllBytes(file);
      if (all.length == 0) {
        throw new UnusableException(key, file, "is empty");
      }
      return all;
    } catch (UnusableException e) {
      throw e;
    } catch (NoSuchFileException e) {
      throw new UnusableException(key, file, "does not exist", e);
    } catch (AccessDeniedException e) {
      throw new UnusableException(key, file, "may not be read by the user of this process", e);
    } catch (IOException e) {
      throw new UnusableException(key, file, "cannot be read: " + e, e);
    }
  }

  /** Whether the bytes are text with the mark that PEM begins with. */
  static boolean isPem(byte[] bytes) {
    return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).contains("-----BEGIN ");
  }
}
