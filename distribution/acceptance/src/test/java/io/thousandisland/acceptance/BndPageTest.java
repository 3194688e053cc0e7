// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.build.model.clauses.VersionedClause;
import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Jar;
import aQute.bnd.repository.fileset.FileSetRepository;
import biz.aQute.resolve.Bndrun;
import biz.aQute.resolve.RunResolution;
import java.io.File;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page docs/bnd.md: its bndrun resolves to the bundles that it shows. */
class BndPageTest {
  private static final Path TOP = Path.of("..", "..");
  private static final String HANDLER = "`src/main/java/org/example/shout/ShoutHandler.java`:";
  private static final String CONFIGURATION = "`src/main/resources/OSGI-INF/configurator/";

  @TempDir Path home;

  @Test
  void bndrunOfThePageResolvesToTheBundlesThatThePageShows() throws Exception {
    RunResolution resolution = resolve(block("\n`server.bndrun`:"));

    assertThat(resolution.isOK()).as(() -> resolution.report(false)).isTrue();
    assertThat(names(resolution))
        .containsExactlyInAnyOrderElementsOf(shown(block("It writes this to the end")));
  }

  @Test
  void withoutTheLineForEffectivesTheResolverLeavesRuntimeAndTransportOut() throws Exception {
    String run = block("\n`server.bndrun`:");
    String without = run.replaceFirst("-resolve\\.effective.*\n", "");
    assertThat(without).isNotEqualTo(run);

    RunResolution resolution = resolve(without);

    assertThat(resolution.isOK()).as(() -> resolution.report(false)).isTrue();
    assertThat(names(resolution))
        .contains("org.example.shout")
        .doesNotContain("io.thousandisland.runtime", "io.thousandisland.transport.tcp");
  }

  @Test
  void dependenciesOfThePageHaveTheVersionsOfTheBuild() throws Exception {
    String build = Files.readString(TOP.resolve("pom.xml"));
    String page = Files.readString(TOP.resolve("docs/bnd.md"));
    Matcher shown =
        Pattern.compile("<artifactId>([^<]+)</artifactId><version>([0-9][^<]*)</version>")
            .matcher(page);
    List<String> other = new ArrayList<>();
    while (shown.find()) {
      Matcher ours =
          Pattern.compile(
                  "<artifactId>" + Pattern.quote(shown.group(1)) + "</artifactId><version>([^<]+)<")
              .matcher(build);
      if (ours.find() && !resolved(build, ours.group(1)).equals(shown.group(2))) {
        other.add(shown.group(1) + " " + shown.group(2) + ", but the build has " + ours.group(1));
      }
    }
    assertThat(other).isEmpty();
  }

  private static String resolved(String build, String version) {
    Matcher property = Pattern.compile("\\$\\{(.+)}").matcher(version);
    if (!property.matches()) {
      return version;
    }
    Matcher value =
        Pattern.compile("<" + Pattern.quote(property.group(1)) + ">([^<]+)<").matcher(build);
    return value.find() ? value.group(1) : version;
  }

  private static List<String> names(RunResolution resolution) {
    return resolution.getRunBundles().stream().map(VersionedClause::getName).toList();
  }

  private static List<String> shown(String runbundles) {
    return Pattern.compile("\t([^;]+);version")
        .matcher(runbundles)
        .results()
        .map(found -> found.group(1))
        .toList();
  }

  /** The first block of code after this text. */
  private static String block(String after) throws Exception {
    String page = Files.readString(TOP.resolve("docs/bnd.md"));
    int from = page.indexOf(after);
    assertThat(from).as("docs/bnd.md has \"%s\"", after).isNotNegative();
    Matcher block = Pattern.compile("(?sm)^```\\w*\n(.*?)^```").matcher(page);
    assertThat(block.find(from)).isTrue();
    return block.group(1);
  }

  private RunResolution resolve(String text) throws Exception {
    List<File> shelf = shelf();
    shelf.add(handler());
    Path run = Files.writeString(home.resolve("server.bndrun"), "-standalone:\n" + text);
    try (var bndrun = Bndrun.createBndrun(null, run.toFile())) {
      bndrun.getWorkspace().addBasicPlugin(new FileSetRepository("shelf", shelf));
      return bndrun.resolve();
    }
  }

  /** The bundles that the ready-made server carries. */
  private List<File> shelf() throws Exception {
    List<File> files = new ArrayList<>();
    try (var jar = new JarFile(TOP.resolve("bndrun/target/server-felix.jar").toFile())) {
      for (ZipEntry entry :
          jar.stream().filter(e -> e.getName().matches("jar/.+\\.jar")).toList()) {
        Path file = home.resolve(Path.of(entry.getName()).getFileName());
        try (InputStream content = jar.getInputStream(entry)) {
          Files.copy(content, file);
        }
        files.add(file.toFile());
      }
    }
    return files;
  }

  /** The page's handler, made into a bundle as the bnd-maven-plugin does. */
  private File handler() throws Exception {
    Path source = home.resolve("src/org/example/shout/ShoutHandler.java");
    Files.createDirectories(source.getParent());
    Files.writeString(source, block(HANDLER));
    Path classes = Files.createDirectories(home.resolve("classes"));
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "--release", "21", "-d", classes.toString(), source.toString());
    assertThat(code).isZero();
    Path configuration = classes.resolve("OSGI-INF/configurator/shout.json");
    Files.createDirectories(configuration.getParent());
    Files.writeString(configuration, block(CONFIGURATION));
    try (var builder = new Builder()) {
      builder.setBundleSymbolicName("org.example.shout");
      builder.setBundleVersion("1.0.0");
      builder.setProperty("-includeresource", classes.toString());
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
        if (entry.endsWith(".jar")) {
          builder.addClasspath(new File(entry));
        }
      }
      File bundle = home.resolve("org.example.shout.jar").toFile();
      Jar built = builder.build();
      assertThat(builder.getErrors()).isEmpty();
      built.write(bundle);
      return bundle;
    }
  }
}
