// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.stream.Stream;

/** A Java that is installed on this machine. */
public record JavaHome(Path folder, int release) {

  /**
   * The Javas below /usr/lib/jvm, and the Javas that variables like JAVA_HOME and JAVA17_HOME name.
   */
  public static Stream<JavaHome> installed() throws IOException {
    Path usual = Path.of("/usr/lib/jvm");
    Stream<Path> there = Files.isDirectory(usual) ? Files.list(usual) : Stream.empty();
    Stream<Path> named =
        System.getenv().entrySet().stream()
            .filter(variable -> variable.getKey().matches("JAVA.*HOME.*|JDK.*"))
            .map(variable -> Path.of(variable.getValue()));
    return Stream.concat(there, named)
        .filter(folder -> Files.exists(folder.resolve("release")))
        .filter(folder -> Files.isExecutable(Launch.java(folder)))
        .map(JavaHome::of);
  }

  private static JavaHome of(Path folder) {
    var facts = new Properties();
    try (Reader reader = Files.newBufferedReader(folder.resolve("release"))) {
      facts.load(reader);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String version = facts.getProperty("JAVA_VERSION", "0").replace("\"", "");
    String feature = version.startsWith("1.") ? version.substring(2) : version;
    return new JavaHome(folder, Integer.parseInt(feature.split("[^0-9]", 2)[0]));
  }
}
