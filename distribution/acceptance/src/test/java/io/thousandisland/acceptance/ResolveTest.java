package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.build.model.clauses.VersionedClause;
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
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The result for an assembler who names a handler and the runtime, and no more. */
class ResolveTest {

  @TempDir Path home;

  @ParameterizedTest
  @EnumSource
  void runtimeAndAHandlerBringTransportAndServicesWithThem(Framework framework) throws Exception {
    RunResolution resolution = resolve(framework, shelf(framework, "nothing"));

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

    RunResolution resolution = resolve(framework, shelf);

    assertThat(resolution.isOK()).isFalse();
    assertThat(resolution.report(false))
        .containsPattern("Bundle: io\\.thousandisland\\.[a-z.]+ cannot be resolved")
        .containsPattern("io\\.thousandisland\\.transport=\\*.* cannot be resolved");
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

  private RunResolution resolve(Framework framework, List<File> shelf) throws Exception {
    Path run =
        Files.writeString(
            home.resolve("assembly.bndrun"),
            """
            -standalone:
            -runfw: %s
            -runee: JavaSE-21
            -resolve.effective: resolve,active
            -runrequires: \\
              bnd.identity;id=io.thousandisland.runtime,\\
              bnd.identity;id=io.thousandisland.handlers.echo
            """
                .formatted(
                    switch (framework) {
                      case FELIX -> "org.apache.felix.framework";
                      case EQUINOX -> "org.eclipse.osgi";
                    }));
    try (var bndrun = Bndrun.createBndrun(null, run.toFile())) {
      bndrun.getWorkspace().addBasicPlugin(new FileSetRepository("shelf", shelf));
      return bndrun.resolve();
    }
  }
}
