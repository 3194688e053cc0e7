// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Constants;
import java.io.File;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Builds the bundle of the README's handler as its pom would: javac against the dependencies named
 * there and nothing else, then bnd with its defaults.
 */
record ReadmeBundle(Readme readme, Path workplace) {

  /** The handler as it stands in the README. */
  Path build() throws Exception {
    return build(readme.handler(), readme.pom().version());
  }

  Path build(String source, String version) throws Exception {
    List<File> dependencies = dependencies();
    Path classes = Files.createDirectories(workplace.resolve("classes-" + version));
    compile(source, classes, dependencies);
    return wrap(classes, version, dependencies);
  }

  private List<File> dependencies() throws Exception {
    List<File> ours =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(File::new)
            .toList();
    return readme.pom().dependencies().stream()
        .map(name -> ours.stream().filter(file -> file.getName().equals(name)).findFirst())
        .map(
            found -> found.orElseThrow(() -> new AssertionError("a dependency of another version")))
        .toList();
  }

  private void compile(String source, Path classes, List<File> dependencies) throws Exception {
    String path =
        String.join(File.pathSeparator, dependencies.stream().map(File::getPath).toList());
    var said = new StringWriter();
    boolean compiled =
        ToolProvider.getSystemJavaCompiler()
            .getTask(
                said,
                null,
                null,
                List.of(
                    "--release",
                    readme.pom().release(),
                    "-proc:none",
                    "-d",
                    classes.toString(),
                    "-classpath",
                    path),
                null,
                List.of(new Source(readme.className(), source)))
            .call();
    assertThat(compiled).as(said::toString).isTrue();
  }

  private Path wrap(Path classes, String version, List<File> dependencies) throws Exception {
    Path jar = workplace.resolve(readme.pom().artifactId() + "-" + version + ".jar");
    try (var builder = new Builder()) {
      builder.addClasspath(classes.toFile());
      builder.addClasspath(dependencies);
      builder.setProperty(Constants.BUNDLE_SYMBOLICNAME, readme.pom().artifactId());
      builder.setProperty(Constants.BUNDLE_VERSION, version);
      builder.setProperty(Constants.PRIVATEPACKAGE, readme.packageName());
      builder.build().write(jar.toFile());
      assertThat(builder.getErrors()).isEmpty();
      assertThat(builder.getWarnings()).isEmpty();
    }
    return jar;
  }

  /** A source file that is a string. */
  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String className, String text) {
      super(URI.create("string:///" + className + ".java"), JavaFileObject.Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
