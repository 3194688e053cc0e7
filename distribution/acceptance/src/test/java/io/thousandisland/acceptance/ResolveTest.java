// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.build.model.clauses.VersionedClause;
import aQute.bnd.osgi.Builder;
import aQute.bnd.repository.fileset.FileSetRepository;
import biz.aQute.resolve.Bndrun;
import biz.aQute.resolve.RunResolution;
import io.thousandisland.acceptance.bundles.ServerWatcher;
import java.io.File;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The result for an assembler who names a handler and the runtime, and no more. */
class ResolveTest {

  private static final String RUNTIME = "io.thousandisland.runtime";
  private static final String ECHO = "io.thousandisland.handlers.echo";
  private static final String WATCHER = "org.example.watcher";

  @TempDir Path home;

  @ParameterizedTest
  @EnumSource
  void runtimeAndAHandlerBringTransportAndServicesWithThem(Framework framework) throws Exception {
    RunResolution resolution = resolve(framework, shelf(framework, "nothing"), RUNTIME, ECHO);

    assertThat(resolution.isOK()).as(() -> resolution.report(false)).isTrue();
    assertThat(resolution.getRunBundles().stream().map(VersionedClause::getName))
        .contains(
            "io.thousandisland.api",
            "io.thousandisland.runtime",
            "io.thousandisland.handlers.echo",
            "io.thousandisland.transport.tcp",
            "org.apache.felix.scr",
            "org.apache.felix.configadmin")
        .doesNotContain("io.thousandisland.shell", "ch.qos.logback.classic", "slf4j.api");
  }

  @ParameterizedTest
  @EnumSource
  void shelfWithoutATransportIsRefusedByTheNameOfWhatIsMissing(Framework framework)
      throws Exception {
    List<File> shelf = shelf(framework, "io.thousandisland.transport.tcp");

    RunResolution resolution = resolve(framework, shelf, RUNTIME, ECHO);

    assertThat(resolution.isOK()).isFalse();
    assertThat(resolution.report(false))
        .containsPattern("Bundle: io\\.thousandisland\\.[a-z.]+ cannot be resolved")
        .containsPattern("io\\.thousandisland\\.transport=\\*.* cannot be resolved");
  }

  @ParameterizedTest
  @EnumSource
  void mandatoryReferencesToServicesOfTheRuntimeBringTheRuntimeWithThem(Framework framework)
      throws Exception {
    List<File> shelf = shelf(framework, "nothing");
    shelf.add(watcher());

    RunResolution resolution = resolve(framework, shelf, WATCHER);

    assertThat(resolution.isOK()).as(() -> resolution.report(false)).isTrue();
    assertThat(resolution.getRunBundles().stream().map(VersionedClause::getName))
        .contains(WATCHER, "io.thousandisland.runtime", "io.thousandisland.transport.tcp");
  }

  @ParameterizedTest
  @EnumSource
  void mandatoryReferenceToAServerIsRefusedByNameWithoutARuntime(Framework framework)
      throws Exception {
    List<File> shelf = shelf(framework, "io.thousandisland.runtime");
    shelf.add(watcher());

    RunResolution resolution = resolve(framework, shelf, WATCHER);

    assertThat(resolution.isOK()).isFalse();
    assertThat(resolution.report(false))
        .contains(WATCHER)
        .containsPattern("objectClass=io\\.thousandisland\\.server\\.\\w+.* cannot be resolved");
  }

  /** A bundle of one component, as bnd makes it. */
  private File watcher() throws Exception {
    try (var builder = new Builder()) {
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
        builder.addClasspath(new File(entry));
      }
      builder.setBundleSymbolicName(WATCHER);
      String path = ServerWatcher.class.getName().replace('.', '/') + ".class";
      Path code = Path.of(ServerWatcher.class.getResource("/" + path).toURI());
      builder.setProperty("-includeresource", path + "=" + code);
      File bundle = home.resolve("watcher.jar").toFile();
      builder.build().write(bundle);
      assertThat(builder.getErrors()).isEmpty();
      return bundle;
    }
  }

  /** The bundles that the ready-made server carries, without one. */
  private List<File> shelf(Framework framework, String missing) throws Exception {
    List<File> files = new ArrayList<>();
    try (var jar = new JarFile(framework.jar().toFile())) {
      for (ZipEntry entry :
          jar.stream().filter(e -> e.getName().matches("jar/.+\\.jar")).toList()) {
        Path file = home.resolve(Path.of(entry.getName()).getFileName());
        if (!file.getFileName().toString().startsWith(missing)) {
          try (InputStream content = jar.getInputStream(entry)) {
            Files.copy(content, file);
          }
          files.add(file.toFile());
        }
      }
    }
    return files;
  }

  private RunResolution resolve(Framework framework, List<File> shelf, String... required)
      throws Exception {
    Path run =
        Files.writeString(
            home.resolve("assembly.bndrun"),
            """
            -standalone:
            -runfw: %s
            -runee: JavaSE-21
            -resolve.effective: resolve,active
            -runrequires: %s
            """
                .formatted(
                    switch (framework) {
                      case FELIX -> "org.apache.felix.framework";
                      case EQUINOX -> "org.eclipse.osgi";
                    },
                    Stream.of(required)
                        .map(name -> "bnd.identity;id=" + name)
                        .collect(Collectors.joining(","))));
    try (var bndrun = Bndrun.createBndrun(null, run.toFile())) {
      bndrun.getWorkspace().addBasicPlugin(new FileSetRepository("shelf", shelf));
      return bndrun.resolve();
    }
  }
}
