// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.bundles;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.deploy.folder.Jars;
import io.thousandisland.deploy.folder.Told;
import io.thousandisland.deploy.watch.Report;
import io.thousandisland.deploy.watch.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.startlevel.FrameworkStartLevel;

/** Runs in a real framework; the test takes the looks instead of a thread. */
class BundleFilesTest {

  @TempDir Path home;
  private Path folder;
  private Instant now = Instant.EPOCH;
  private Framework framework;
  private Watch watch;
  private BundleFiles files;
  private Told told;
  private boolean failOnce;

  @BeforeEach
  void startFramework() throws Exception {
    folder = Files.createDirectory(home.resolve("deploy, {1}"));
    told = new Told();
    framework =
        ServiceLoader.load(FrameworkFactory.class)
            .findFirst()
            .orElseThrow()
            .newFramework(Map.of(Constants.FRAMEWORK_STORAGE, home.resolve("storage").toString()));
    framework.start();
    watchAnew();
  }

  private void watchAnew() throws IOException {
    BundleContext context = framework.getBundleContext();
    var report = new Report();
    Path storage = Files.createDirectories(home.resolve("jars"));
    var step =
        new BundleStep(
            context,
            new Remembered(storage.resolve("digests"), report),
            new ForeignCode(this::nowUnlessItIsToFail, report),
            () -> false);
    watch = new Watch(folder, () -> now);
    files = new BundleFiles(folder, context, storage, report, step);
    // synchronous, so that the look after a change knows of it
    context.addBundleListener((SynchronousBundleListener) event -> files.bundleChanged(event));
  }

  /** The clock is asked before each start and stop, where the framework might throw as well. */
  private Instant nowUnlessItIsToFail() {
    if (failOnce) {
      failOnce = false;
      throw new IllegalStateException("on purpose");
    }
    return now;
  }

  @AfterEach
  void stopFramework() throws Exception {
    framework.stop();
    framework.waitForStop(20_000);
    told.close();
  }

  /** Takes that many looks, a quarter of a second apart. */
  private void look(int times) throws IOException {
    for (int i = 0; i < times; i++) {
      now = now.plusMillis(250);
      files.take(watch.look());
    }
  }

  private void put(String name, byte[] content) throws IOException {
    Path whole = Files.write(home.resolve("whole"), content);
    Files.move(whole, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }

  private static byte[] bundle(String version) throws IOException {
    return Jars.bundle("org.example.a", version, Map.of());
  }

  private Optional<Bundle> installed(String symbolicName) {
    return Arrays.stream(framework.getBundleContext().getBundles())
        .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
        .findFirst();
  }

  private String running() {
    return installed("org.example.a")
        .filter(bundle -> bundle.getState() == Bundle.ACTIVE)
        .map(bundle -> bundle.getVersion().toString())
        .orElse("none");
  }

  @Test
  void bundleIsInstalledUpdatedAndUninstalledAndEachIsToldOnce() throws Exception {
    put("a.jar", bundle("1.0.0"));
    look(4);
    assertThat(running()).isEqualTo("1.0.0");
    put("a.jar", bundle("1.1.0"));
    look(4);
    assertThat(running()).isEqualTo("1.1.0");
    Files.delete(folder.resolve("a.jar"));
    look(4);
    assertThat(running()).isEqualTo("none");

    assertThat(told.lines())
        .containsExactly(
            "INFO a.jar: org.example.a 1.0.0 is installed and started",
            "INFO a.jar: org.example.a 1.0.0 is updated to 1.1.0 and started",
            "INFO a.jar: removed; org.example.a 1.1.0 is uninstalled");
  }

  @Test
  void olderFileReplacesANewerOne() throws Exception {
    put("a.jar", bundle("2.0.0"));
    look(2);
    put("a.jar", bundle("1.0.0"));
    Files.setLastModifiedTime(folder.resolve("a.jar"), FileTime.fromMillis(1));
    look(2);

    assertThat(running()).isEqualTo("1.0.0");
  }

  @Test
  void fileThatIsOnlyTouchedChangesNothing() throws Exception {
    put("a.jar", bundle("1.0.0"));
    look(2);
    Bundle before = installed("org.example.a").orElseThrow();
    long modified = before.getLastModified();
    put("a.jar", bundle("1.0.0"));
    look(2);

    assertThat(before.getLastModified()).isEqualTo(modified);
    assertThat(told.lines())
        .last()
        .isEqualTo("INFO a.jar: has the content of org.example.a 1.0.0, which is installed");
  }

  @Test
  void incompleteJarLeavesTheBundleAloneAndIsToldOnceAfterTwoSeconds() throws Exception {
    put("a.jar", bundle("1.0.0"));
    look(2);
    byte[] next = bundle("1.1.0");
    put("a.jar", Arrays.copyOf(next, next.length / 2));
    look(8);
    assertThat(told.lines()).hasSize(1);
    look(8);
    assertThat(running()).isEqualTo("1.0.0");
    put("a.jar", next);
    look(2);

    assertThat(running()).isEqualTo("1.1.0");
    assertThat(told.lines())
        .containsExactly(
            "INFO a.jar: org.example.a 1.0.0 is installed and started",
            "WARN a.jar: is not a readable zip (zip END header not found): it is used as soon as it"
                + " is complete; org.example.a 1.0.0 stays as it is",
            "INFO a.jar: org.example.a 1.0.0 is updated to 1.1.0 and started");
  }

  @Test
  void jarThatIsNoBundleIsTold() throws Exception {
    put("a.jar", Jars.jar(Map.of("Implementation-Title", "a")));
    look(12);

    assertThat(told.lines())
        .containsExactly(
            "WARN a.jar: is a jar, but not a bundle: its manifest has no Bundle-SymbolicName");
  }

  @Test
  void secondVersionOfABundleWaitsUntilTheFirstFileGoes() throws Exception {
    put("a-1.0.0.jar", bundle("1.0.0"));
    look(2);
    put("a-1.0.1.jar", bundle("1.0.1"));
    look(12);
    assertThat(running()).isEqualTo("1.0.0");
    Files.delete(folder.resolve("a-1.0.0.jar"));
    look(3);

    assertThat(running()).isEqualTo("1.0.1");
    assertThat(told.lines())
        .containsExactly(
            "INFO a-1.0.0.jar: org.example.a 1.0.0 is installed and started",
            "WARN a-1.0.1.jar: is the bundle org.example.a 1.0.1, and a-1.0.0.jar is the same bundle"
                + " in version 1.0.0 and came first; this file is used when a-1.0.0.jar is removed",
            "INFO a-1.0.0.jar: removed; org.example.a 1.0.0 is uninstalled",
            "INFO a-1.0.1.jar: org.example.a 1.0.1 is installed and started");
  }

  @Test
  void anotherVersionOfABundleThatIsNotOfTheFolderIsUsedAndTold() throws Exception {
    Path elsewhere = Files.write(home.resolve("elsewhere.jar"), bundle("1.0.0"));
    Bundle there =
        framework.getBundleContext().installBundle("elsewhere", Files.newInputStream(elsewhere));
    put("a.jar", bundle("1.1.0"));
    look(4);
    assertThat(told.lines())
        .containsExactly(
            "WARN a.jar: is another version of org.example.a 1.0.0, which is installed already as"
                + " bundle "
                + there.getBundleId()
                + " from elsewhere; both are used now",
            "INFO a.jar: org.example.a 1.1.0 is installed and started");
  }

  @Test
  void exceptionThatOneFileCausesKeepsNoOtherFromBeingUsed() throws Exception {
    put("a.jar", bundle("1.0.0"));
    put("b.jar", Jars.bundle("org.example.b", "1.0.0", Map.of()));
    failOnce = true;
    look(4);
    assertThat(told.lines())
        .hasSize(2)
        .anyMatch(line -> line.matches("WARN [ab].jar: cannot be processed: .*on purpose.*"))
        .anyMatch(line -> line.matches("INFO [ab].jar: org.example.[ab] 1.0.0 is .* started"));
  }

  @Test
  void fileThatIsRenamedBringsItsBundleBack() throws Exception {
    put("a.jar", bundle("1.0.0"));
    look(2);
    Files.move(folder.resolve("a.jar"), folder.resolve("b.jar"));
    look(3);

    assertThat(running()).isEqualTo("1.0.0");
    assertThat(told.lines()).last().asString().startsWith("INFO b.jar: org.example.a 1.0.0 is ins");
  }

  @Test
  void missingPackageIsNamedAndTheBundleStartsWhenSomebodyExportsIt() throws Exception {
    put(
        "a.jar",
        Jars.bundle("org.example.a", "1.0.0", Map.of("Import-Package", "x.y;version=\"[1,2)\"")));
    put("b.jar", Jars.bundle("org.example.b", "1.0.0", Map.of("Export-Package", "x.y;version=3")));
    look(12);
    put("b.jar", Jars.bundle("org.example.b", "1.1.0", Map.of("Export-Package", "x.y;version=1")));
    look(12);

    assertThat(running()).isEqualTo("1.0.0");
    assertThat(told.lines())
        .containsExactlyInAnyOrder(
            "WARN a.jar: org.example.a 1.0.0 is installed, but cannot be started: no bundle exports"
                + " the package x.y in a version of [1.0.0,2.0.0) (org.example.b exports 3.0.0)",
            "INFO b.jar: org.example.b 1.0.0 is installed and started",
            "INFO b.jar: org.example.b 1.0.0 is updated to 1.1.0 and started",
            "INFO a.jar: org.example.a 1.0.0 is started");
  }

  @Test
  void bundleWhosePackageGoesIsToldAndStartsWhenItComesBack() throws Exception {
    byte[] library = Jars.bundle("org.example.b", "1.0.0", Map.of("Export-Package", "x.y"));
    put("b.jar", library);
    put("a.jar", Jars.bundle("org.example.a", "1.0.0", Map.of("Import-Package", "x.y")));
    look(2);
    assertThat(running()).isEqualTo("1.0.0");
    Files.delete(folder.resolve("b.jar"));
    look(3);
    assertThat(running()).isEqualTo("none");
    assertThat(told.lines())
        .last()
        .isEqualTo(
            "WARN a.jar: org.example.a 1.0.0 cannot be started: no bundle exports the package x.y");
    put("b.jar", library);
    look(3);

    assertThat(running()).isEqualTo("1.0.0");
  }

  @Test
  void bundleForANewerJavaIsToldInTheseWords() throws Exception {
    put(
        "a.jar",
        Jars.bundle(
            "org.example.a",
            "1.0.0",
            Map.of("Require-Capability", "osgi.ee;filter:=\"(&(osgi.ee=JavaSE)(version=99))\"")));
    look(2);

    assertThat(told.lines())
        .containsExactly(
            "WARN a.jar: org.example.a 1.0.0 is installed, but cannot be started: it needs Java 99,"
                + " and this is Java "
                + System.getProperty("java.specification.version"));
  }

  @Test
  void activatorThatThrowsIsTold() throws Exception {
    put(
        "a.jar",
        Jars.bundle("org.example.a", "1.0.0", Map.of("Bundle-Activator", "org.example.Missing")));
    look(4);

    assertThat(told.lines())
        .singleElement()
        .asString()
        .startsWith(
            "WARN a.jar: org.example.a 1.0.0 is installed, but cannot be started:"
                + " java.lang.ClassNotFoundException: org.example.Missing");
  }

  @Test
  void brokenManifestOfANewVersionLeavesTheOldOneRunning() throws Exception {
    put("a.jar", bundle("1.0.0"));
    look(2);
    put("a.jar", bundle("one"));
    look(12);

    assertThat(running()).isEqualTo("1.0.0");
    assertThat(told.lines())
        .last()
        .isEqualTo(
            "WARN a.jar: is not a valid bundle: its Bundle-Version is one; allowed are up to three"
                + " numbers and a qualifier, as in 1.0.2 or 1.0.2.beta; org.example.a 1.0.0 stays as"
                + " it is");
  }

  @Test
  void fragmentAttachesToAHostThatRunsAlready() throws Exception {
    put("a.jar", bundle("1.0.0"));
    look(2);
    put("f.jar", Jars.bundle("org.example.f", "1.0.0", Map.of("Fragment-Host", "org.example.a")));
    look(2);

    assertThat(running()).isEqualTo("1.0.0");
    assertThat(installed("org.example.f").orElseThrow().getState()).isEqualTo(Bundle.RESOLVED);
    assertThat(told.lines())
        .last()
        .isEqualTo("INFO f.jar: org.example.f 1.0.0 is installed and attached to its host");
  }

  @Test
  void storageThatIsKeptBringsNoBundleTwiceAndDropsThoseWithoutAFile() throws Exception {
    put("a.jar", bundle("1.0.0"));
    put("b.jar", Jars.bundle("org.example.b", "1.0.0", Map.of()));
    put("c.jar", Jars.bundle("org.example.c", "1.0.0", Map.of()));
    look(2);
    long unchanged = installed("org.example.c").orElseThrow().getLastModified();
    put("a.jar", bundle("1.1.0"));
    Files.delete(folder.resolve("b.jar"));
    watchAnew();
    look(3);

    assertThat(running()).isEqualTo("1.1.0");
    assertThat(installed("org.example.b")).isEmpty();
    assertThat(installed("org.example.c").orElseThrow().getLastModified()).isEqualTo(unchanged);
  }

  @Test
  void twoHundredFilesAtOnceAreOneStep() throws Exception {
    for (int i = 0; i < 200; i++) {
      String exported = "p" + i + ";version=1";
      String imported = "p" + (i + 1) % 200;
      put(
          "b" + i + ".jar",
          Jars.bundle(
              "org.example.b" + i,
              "1.0.0",
              Map.of("Export-Package", exported, "Import-Package", imported)));
    }
    look(2);

    assertThat(told.lines())
        .hasSize(200)
        .allMatch(line -> line.matches("INFO b\\d+\\.jar: .* is installed and started"));
  }

  /** As on a full disk: the framework cannot store anything. */
  @Test
  void jarThatTheFrameworkCannotStoreIsInstalledWhenThereIsRoomAgain() throws Exception {
    Path storage = home.resolve("storage");
    Files.move(storage, home.resolve("away"));
    Files.createFile(storage);
    put("a.jar", bundle("1.0.0"));
    look(12);
    assertThat(running()).isEqualTo("none");
    assertThat(told.lines())
        .singleElement()
        .asString()
        .startsWith("WARN a.jar: cannot be installed: ");
    Files.delete(storage);
    Files.move(home.resolve("away"), storage);
    look(24);

    assertThat(running()).isEqualTo("1.0.0");
  }

  @Test
  void updateThatTheFrameworkCannotStoreLeavesTheOldOneRunningAndIsDoneLater() throws Exception {
    put("a.jar", bundle("1.0.0"));
    look(2);
    Path storage = home.resolve("storage");
    Files.move(storage, home.resolve("away"));
    Files.createFile(storage);
    put("a.jar", bundle("1.1.0"));
    look(12);
    assertThat(running()).isEqualTo("1.0.0");
    assertThat(told.lines())
        .filteredOn(line -> line.startsWith("WARN a.jar: cannot be used for an update: "))
        .singleElement()
        .asString()
        .endsWith("; org.example.a 1.0.0 stays as it is");
    Files.delete(storage);
    Files.move(home.resolve("away"), storage);
    look(24);

    assertThat(running()).isEqualTo("1.1.0");
  }

  @Test
  void bundlesStartAlsoWhenTheirDigestsCannotBeWritten() throws Exception {
    Files.createDirectory(home.resolve("jars").resolve("digests.new"));
    put("a.jar", bundle("1.0.0"));
    put("b.jar", Jars.bundle("org.example.b", "1.0.0", Map.of()));
    look(4);

    assertThat(running()).isEqualTo("1.0.0");
    assertThat(installed("org.example.b").orElseThrow().getState()).isEqualTo(Bundle.ACTIVE);
    assertThat(told.lines()).filteredOn(line -> line.startsWith("WARN")).hasSize(1);
    assertThat(told.lines()).noneMatch(line -> line.startsWith("ERROR"));
  }

  @Test
  void bundleWhoseStartLevelIsReachedLateIsToldOnceItHasStarted() throws Exception {
    var levels = framework.adapt(FrameworkStartLevel.class);
    int now = levels.getStartLevel();
    levels.setInitialBundleStartLevel(now + 1);
    put("a.jar", bundle("1.0.0"));
    look(40); // ten seconds, on a busy machine
    assertThat(running()).isEqualTo("none");
    assertThat(told.lines()).isEmpty();

    var reached = new CountDownLatch(1);
    levels.setStartLevel(now + 1, event -> reached.countDown());
    reached.await();
    look(1);

    assertThat(running()).isEqualTo("1.0.0");
    assertThat(told.lines())
        .singleElement()
        .asString()
        .endsWith("org.example.a 1.0.0 is installed and started");
  }
}
