// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.bundles;

import io.thousandisland.deploy.watch.Report;
import io.thousandisland.deploy.watch.Trouble;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Properties;

/**
 * The digests of the installed jars, in a file. A framework that keeps its storage over a restart
 * still has the bundles; the digests tell whether the jars have changed meanwhile.
 *
 * <p>Thread: the bundles thread only.
 */
public final class Remembered {

  private final Path file;
  private final Report report;
  private final Properties digests = new Properties();
  private boolean told;

  public Remembered(Path file, Report report) throws IOException {
    this.file = file;
    this.report = report;
    if (Files.exists(file)) {
      try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
        digests.load(reader);
      }
    }
  }

  String digest(String location) {
    return digests.getProperty(location, "");
  }

  void put(String location, String digest) {
    digests.setProperty(location, digest);
    save();
  }

  void remove(String location) {
    digests.remove(location);
    save();
  }

  /** Bundles are of use without the file: a failure here must not keep a bundle from starting. */
  private void save() {
    Path whole = file.resolveSibling(file.getFileName() + ".new");
    try {
      try (Writer writer = Files.newBufferedWriter(whole, StandardCharsets.UTF_8)) {
        digests.store(writer, null);
      }
      Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING);
      told = false;
    } catch (IOException e) {
      if (!told) {
        report.trouble(
            file.toString(),
            "cannot be written: "
                + Trouble.of(e)
                + "; bundles may be updated without need when the framework starts again");
        told = true;
      }
    }
  }
}
