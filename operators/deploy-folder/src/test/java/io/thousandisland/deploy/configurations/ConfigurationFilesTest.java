// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.configurations;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.deploy.folder.Told;
import io.thousandisland.deploy.watch.Report;
import io.thousandisland.deploy.watch.Watch;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ManagedService;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/**
 * Runs with a real Config Admin and a real SCR in a framework; the test takes the looks instead of
 * a thread.
 */
@SuppressWarnings("JdkObsolete") // Config Admin takes a Dictionary
class ConfigurationFilesTest {

  /** The bundles use these packages of the tests, so that both can talk. */
  private static final String SHARED =
      "org.osgi.service.cm;version=1.6.1,"
          + "org.osgi.service.component;version=1.5.1,"
          + "org.osgi.service.component.runtime;version=1.5.1,"
          + "org.osgi.service.component.runtime.dto;version=1.5.1";

  @TempDir Path home;
  private Path folder;
  private Instant now = Instant.EPOCH;
  private Framework framework;
  private ConfigurationAdmin admin;
  private ServiceComponentRuntime components;
  private Watch watch;
  private PidUsers users;
  private ConfigurationFiles files;
  private Told told;

  @BeforeEach
  void startFramework() throws Exception {
    folder = Files.createDirectory(home.resolve("deploy"));
    told = new Told();
    framework =
        ServiceLoader.load(FrameworkFactory.class)
            .findFirst()
            .orElseThrow()
            .newFramework(
                Map.of(
                    Constants.FRAMEWORK_STORAGE,
                    home.resolve("storage").toString(),
                    Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                    SHARED));
    framework.start();
    for (String name :
        new String[] {
          "osgi.util.function", "osgi.util.promise", "felix.configadmin", "felix.scr"
        }) {
      framework.getBundleContext().installBundle(jar(name).toURI().toString()).start();
    }
    admin = service(ConfigurationAdmin.class);
    components = service(ServiceComponentRuntime.class);
    watchAnew();
  }

  private static File jar(String name) {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(File::new)
        .filter(file -> file.getName().matches("org\\.(apache\\.)?" + name + "-[0-9.]+jar"))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name + " on the class path"));
  }

  private <T> T service(Class<T> type) {
    BundleContext context = framework.getBundleContext();
    return Optional.ofNullable(context.getServiceReference(type))
        .map(context::getService)
        .orElseThrow();
  }

  private void watchAnew() throws IOException {
    watch = new Watch(folder, () -> now);
    users = new PidUsers(framework.getBundleContext(), components, () -> now);
    files = new ConfigurationFiles(new ConfigurationStore(admin), users, new Report());
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

  private void put(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  private void bundleChanges() {
    users.bundleChanged(new BundleEvent(BundleEvent.STARTED, framework));
  }

  private ServiceRegistration<?> use(String pid) {
    var properties = new Hashtable<String, Object>(Map.of(Constants.SERVICE_PID, pid));
    var registration =
        framework
            .getBundleContext()
            .registerService(ManagedService.class, dictionary -> {}, properties);
    bundleChanges(); // as a bundle that registers this would cause
    return registration;
  }

  private Map<String, Object> values(String pid) throws Exception {
    Configuration[] found = admin.listConfigurations("(service.pid=" + pid + ")");
    if (found == null) {
      return Map.of();
    }
    var values = new Hashtable<String, Object>();
    var properties = found[0].getProperties();
    properties.keys().asIterator().forEachRemaining(key -> values.put(key, properties.get(key)));
    return values;
  }

  @Test
  void configurationIsCreatedUpdatedAndDeletedAndEachIsToldOnce() throws Exception {
    put("a.b-c.cfg", "k = v\n");
    look(4);
    assertThat(values("a.b~c")).containsEntry("k", "v").containsEntry("service.factoryPid", "a.b");
    put("a.b-c.cfg", "k = w\n");
    look(4);
    assertThat(values("a.b~c")).containsEntry("k", "w");
    put("a.b-c.cfg", "# the same\nk = w\n");
    look(4);
    Files.delete(folder.resolve("a.b-c.cfg"));
    look(4);
    assertThat(values("a.b~c")).isEmpty();

    assertThat(told.lines())
        .containsExactly(
            "INFO a.b-c.cfg: the configuration a.b~c is created",
            "INFO a.b-c.cfg: the configuration a.b~c is updated",
            "INFO a.b-c.cfg: has the same keys and values as the configuration a.b~c",
            "INFO a.b-c.cfg: removed; the configuration a.b~c is deleted");
  }

  @Test
  void emptyAndHalfFilesAreNoConfigurations() throws Exception {
    put("a.cfg", "");
    put("b.cfg", "# only a comment\n");
    put("c.json", "{ \"k\":");
    put("d.cfg", "port = 77"); // no line end: 77 may become 7777
    look(3);
    put("d.cfg", "port = 7777\n");
    look(12);

    assertThat(values("a")).isEmpty();
    assertThat(values("b")).isEmpty();
    assertThat(values("c")).isEmpty();
    assertThat(values("d")).containsEntry("port", "7777");
    assertThat(told.lines())
        .contains(
            "WARN a.cfg: has no key, and is not used",
            "WARN b.cfg: has no key, and is not used",
            "INFO d.cfg: the configuration d is created")
        .anyMatch(line -> line.startsWith("WARN c.json: cannot be understood: Invalid JSON"))
        .doesNotContain("INFO d.cfg: the configuration d is updated");
  }

  @Test
  void configurationThatIsBoundToAnotherBundleIsSetFree() throws Exception {
    Configuration bound = admin.getConfiguration("a", "file:/other.jar");
    bound.update(new Hashtable<>(Map.of("k", "other")));
    put("a.cfg", "k = v\n");
    look(2);

    assertThat(bound.getBundleLocation()).isEqualTo("?");
    assertThat(values("a")).containsEntry("k", "v");
    assertThat(told.lines())
        .containsExactly(
            "INFO a.cfg: the configuration a, which did not come from this folder, is replaced; it is"
                + " restored when the file is removed; it was bound to the bundle from"
                + " file:/other.jar, and any bundle may use it now");
  }

  @Test
  void replacedConfigurationComesBackWhenTheFileGoes() throws Exception {
    Configuration before = admin.getConfiguration("a", "?");
    before.update(new Hashtable<>(Map.of("k", "before")));
    put("a.cfg", "k = v\n");
    look(2);
    assertThat(values("a")).containsEntry("k", "v");
    Files.delete(folder.resolve("a.cfg"));
    look(2);

    assertThat(values("a")).containsEntry("k", "before").doesNotContainKey(".deploy.file");
  }

  @Test
  void hyphenIsReadAnewWhenAComponentComesWhoseNameHasOne() throws Exception {
    put("my-component.cfg", "k = v\n");
    look(4);
    assertThat(values("my~component")).containsEntry("k", "v");
    ServiceRegistration<?> user = use("my-component");
    look(1);
    assertThat(values("my~component")).isEmpty();
    assertThat(values("my-component")).containsEntry("k", "v");
    user.unregister(); // as an update of its bundle would
    bundleChanges();
    look(1);

    assertThat(values("my-component")).containsEntry("k", "v");
  }

  @Test
  void orphanIsToldOnceWhenNoBundleHasChangedForAWhile() throws Exception {
    use("org.example.used");
    put("org.example.used.cfg", "k = v\n");
    put("org.example.usedd.cfg", "k = v\n");
    look(8);
    bundleChanges();
    look(8);
    assertThat(told.lines()).hasSize(2).allMatch(line -> line.startsWith("INFO"));
    look(20);

    assertThat(told.lines())
        .filteredOn(line -> line.startsWith("WARN"))
        .containsExactly(
            "WARN org.example.usedd.cfg: nobody uses its configuration: no component asks for the"
                + " PID org.example.usedd; did you mean org.example.used.cfg?");
  }

  @Test
  void secondFileForAConfigurationWaitsUntilTheFirstGoes() throws Exception {
    put("a-b.cfg", "k = first\n");
    look(2);
    put("a~b.json", "{ \"k\": \"second\" }\n");
    look(12);
    assertThat(values("a~b")).containsEntry("k", "first");
    Files.delete(folder.resolve("a-b.cfg"));
    look(3);

    assertThat(values("a~b")).containsEntry("k", "second");
    assertThat(told.lines())
        .filteredOn(line -> line.startsWith("WARN a~b.json: is for the same configuration"))
        .hasSize(1);
  }

  @Test
  void keyThatConfigAdminRefusesIsTold() throws Exception {
    put("a.cfg", "= v\n");
    look(12);

    assertThat(told.lines())
        .singleElement()
        .asString()
        .startsWith("WARN a.cfg: is refused by Config Admin: ");
  }

  @Test
  void storageThatIsKeptDropsConfigurationsWithoutAFile() throws Exception {
    put("a.cfg", "k = v\n");
    put("b-c.cfg", "k = v\n");
    look(2);
    Files.delete(folder.resolve("a.cfg"));
    watchAnew();
    look(3);

    assertThat(values("a")).isEmpty();
    assertThat(values("b~c")).containsEntry("k", "v");
    assertThat(told.lines())
        .contains(
            "INFO a.cfg: removed; the configuration a is deleted",
            "INFO b-c.cfg: has the same keys and values as the configuration b~c");
  }

  @Test
  void nameOfTwoLinesIsRefusedInOne() throws Exception {
    put("a-b\nc.cfg", "k = v\n");
    look(12);

    assertThat(admin.listConfigurations(null)).isNull();
    assertThat(told.lines())
        .containsExactly(
            "WARN a-b\\nc.cfg: cannot be understood: its name has a control character in it");
  }

  @Test
  void pipeIsNotReadForItHasNoEnd() throws Exception {
    assertThat(new ProcessBuilder("mkfifo", folder.resolve("a.cfg").toString()).start().waitFor())
        .isZero();
    look(12);

    assertThat(told.lines()).isEmpty();
  }

  @Test
  void unreadableFileIsTold() throws Exception {
    Files.createSymbolicLink(folder.resolve("a.cfg"), Path.of("nowhere"));
    look(12);

    assertThat(told.lines())
        .containsExactly(
            "WARN a.cfg: cannot be read: it does not exist, or it is a link to a missing file");
  }
}
