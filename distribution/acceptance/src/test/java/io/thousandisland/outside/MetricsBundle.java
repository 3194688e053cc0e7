// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.outside;

import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Constants;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** The bundle of docs/operators.md that registers a service {@code OpenTelemetry}. */
final class MetricsBundle {

  private static final Path PAGE = Path.of("..", "..", "docs", "operators.md");
  private static final String CLASS_PATH = System.getProperty("java.class.path");
  private static final Pattern EXAMPLE =
      Pattern.compile("(?s)```java\n(package (org\\.example\\.metrics);.*?)```");

  private MetricsBundle() {}

  /** Builds it as the page says, but its metrics are written each second. */
  static Path build(Path folder) throws Exception {
    Matcher example = EXAMPLE.matcher(Files.readString(PAGE));
    assertThat(example.find()).as("%s has %s", PAGE, EXAMPLE).isTrue();
    String code = example.group(1).replace("ofSeconds(10)", "ofSeconds(1)");
    Path source = Files.writeString(folder.resolve("Sdk.java"), code);
    Path classes = Files.createDirectory(folder.resolve("classes"));
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "--release",
                "21", // the Java of Karaf
                "-proc:none",
                "-classpath",
                CLASS_PATH,
                "-d",
                classes.toString(),
                source.toString());
    assertThat(compiled).as("exit code of javac").isZero();
    return wrap(classes, example.group(2), folder.resolve("metrics.jar"));
  }

  private static Path wrap(Path classes, String name, Path jar) throws Exception {
    try (var builder = new Builder()) {
      builder.addClasspath(classes.toFile());
      builder.addClasspath(Stream.of(CLASS_PATH.split(File.pathSeparator)).map(File::new).toList());
      builder.setProperty(Constants.BUNDLE_SYMBOLICNAME, name);
      builder.setProperty(Constants.BUNDLE_VERSION, "1.0.0");
      builder.setProperty(Constants.BUNDLE_ACTIVATOR, name + ".Sdk");
      builder.setProperty(Constants.PRIVATEPACKAGE, name);
      builder.build().write(jar.toFile());
      assertThat(builder.getErrors()).isEmpty();
    }
    return jar;
  }
}
