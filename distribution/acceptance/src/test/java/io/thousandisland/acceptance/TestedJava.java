// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The Javas that must hold the promises that depend on the Java version. The property {@code
 * test.jdk21} or the variable {@code TEST_JDK21} says where JDK 21 is; without them any installed
 * JDK 21 will do.
 */
public enum TestedJava {
  OF_THE_TESTS,
  JDK_21;

  /** The program of this Java. Skips the test when there is none. */
  public Path program() throws IOException {
    if (this == OF_THE_TESTS) {
      return Launch.java(Path.of(System.getProperty("java.home")));
    }
    Optional<Path> home = named();
    if (home.isEmpty()) {
      home =
          JavaHome.installed()
              .filter(java -> java.release() == 21)
              .findFirst()
              .map(JavaHome::folder);
    }
    assumeTrue(home.isPresent(), "no JDK 21: name its folder by -Dtest.jdk21 or by TEST_JDK21");
    Path program = Launch.java(home.orElseThrow());
    if (!Files.isExecutable(program)) {
      throw new IllegalStateException(program + " is not there");
    }
    return program;
  }

  private static Optional<Path> named() {
    String variable = System.getenv().getOrDefault("TEST_JDK21", "");
    return Optional.of(System.getProperty("test.jdk21", variable))
        .filter(folder -> !folder.isBlank())
        .map(Path::of);
  }
}
