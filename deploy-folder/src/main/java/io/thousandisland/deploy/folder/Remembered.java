package io.thousandisland.deploy.folder;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * The digests of the jars that were installed, in a file: a framework that keeps its storage over a
 * restart has the bundles still, and this tells whether their files have changed meanwhile.
 *
 * <p>Thread: that of the bundles only.
 */
final class Remembered {

  private final Path file;
  private final Properties digests = new Properties();

  Remembered(Path file) throws IOException {
    this.file = file;
    if (Files.exists(file)) {
      try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
        digests.load(reader);
      }
    }
  }

  String digest(String location) {
    return digests.getProperty(location, "");
  }

  void put(String location, String digest) throws IOException {
    digests.setProperty(location, digest);
    save();
  }

  void remove(String location) throws IOException {
    digests.remove(location);
    save();
  }

  private void save() throws IOException {
    try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      digests.store(writer, null);
    }
  }
}
