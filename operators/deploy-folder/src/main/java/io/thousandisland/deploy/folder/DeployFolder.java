// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.folder;

import io.thousandisland.deploy.bundles.BundleFiles;
import io.thousandisland.deploy.bundles.BundleStep;
import io.thousandisland.deploy.bundles.ForeignCode;
import io.thousandisland.deploy.bundles.Remembered;
import io.thousandisland.deploy.configurations.ConfigurationFiles;
import io.thousandisland.deploy.configurations.ConfigurationStore;
import io.thousandisland.deploy.configurations.PidUsers;
import io.thousandisland.deploy.watch.FolderThread;
import io.thousandisland.deploy.watch.Report;
import io.thousandisland.deploy.watch.Sight;
import io.thousandisland.deploy.watch.Watch;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The component that watches the folder of the framework property {@value #FOLDER}. Without that
 * property it does nothing.
 */
@Component(
    name = "io.thousandisland.deploy.folder",
    service = {},
    immediate = true,
    configurationPolicy = ConfigurationPolicy.IGNORE)
public final class DeployFolder {

  /** The folder's path. */
  static final String FOLDER = "io.thousandisland.deploy.dir";

  /** Milliseconds between two looks. */
  static final String POLL = "io.thousandisland.deploy.poll";

  private static final int USUAL_POLL = 250;
  private static final Logger LOG = LoggerFactory.getLogger("io.thousandisland.deploy");

  private final BundleContext context;
  private final AtomicBoolean stopping = new AtomicBoolean();
  private Runnable stop = () -> {};

  /** Called by Declarative Services. */
  @Activate
  public DeployFolder(
      BundleContext context,
      @Reference ConfigurationAdmin admin,
      @Reference ServiceComponentRuntime components)
      throws IOException {
    this.context = context;
    String folder = context.getProperty(FOLDER);
    if (folder == null || folder.isBlank()) {
      LOG.info("no folder is watched: the framework property {} is not set", FOLDER);
      return;
    }
    watch(Path.of(folder).toAbsolutePath(), admin, components);
  }

  private void watch(Path folder, ConfigurationAdmin admin, ServiceComponentRuntime components)
      throws IOException {
    var report = new Report();
    InstantSource clock = InstantSource.system();
    Duration poll = poll();
    Path storage = storage();
    var foreign = new ForeignCode(clock, report);
    var remembered = new Remembered(storage.resolve("digests"), report);
    var step = new BundleStep(context, remembered, foreign, stopping::get);
    var bundles = new BundleFiles(folder, context, storage, report, step);
    var users = new PidUsers(context, components, clock);
    var configurations =
        new Configurations(
            new FolderHealth(folder, report),
            new ConfigurationFiles(new ConfigurationStore(admin), users, report),
            new OtherFiles(report),
            foreign);
    var forBundles =
        new FolderThread("deploy bundles", new Watch(folder, clock), bundles, poll, report);
    var forConfigurations =
        new FolderThread(
            "deploy configurations", new Watch(folder, clock), configurations, poll, report);
    context.addBundleListener(bundles);
    context.addBundleListener(users);
    forConfigurations.start();
    forBundles.start();
    SynchronousBundleListener leaving = event -> leave(event, forBundles, foreign);
    context.addBundleListener(leaving);
    stop =
        () -> {
          context.removeBundleListener(bundles);
          context.removeBundleListener(users);
          context.removeBundleListener(leaving);
          forConfigurations.stop();
          endBundles(forBundles, foreign);
        };
  }

  /**
   * Ends the bundles thread when the framework stops. A bundle that hangs in its start keeps the
   * framework from stopping its bundles, this one included, so {@link #deactivate} would not be
   * called.
   */
  private void leave(BundleEvent event, FolderThread forBundles, ForeignCode foreign) {
    if (event.getBundle().getBundleId() == 0 && event.getType() == BundleEvent.STOPPING) {
      stopping.set(true);
      Thread.ofPlatform().daemon().name("deploy end").start(() -> endBundles(forBundles, foreign));
    }
  }

  private static void endBundles(FolderThread forBundles, ForeignCode foreign) {
    if (!forBundles.stop()) {
      foreign.interruptStart();
    }
  }

  /** Called by Declarative Services. */
  @Deactivate
  public void deactivate() {
    stopping.set(true);
    stop.run();
  }

  private Path storage() throws IOException {
    File file = context.getDataFile("jars");
    return file == null
        ? Files.createTempDirectory("deploy-") // a framework without a storage
        : Files.createDirectories(file.toPath());
  }

  private Duration poll() {
    String text = context.getProperty(POLL);
    if (text != null) {
      try {
        int millis = Integer.parseInt(text.strip());
        if (millis > 0) {
          return Duration.ofMillis(millis);
        }
      } catch (NumberFormatException e) {
        // told below
      }
      LOG.warn(
          "{} is {}; allowed: a whole number of milliseconds, 1 or more; {} is used",
          POLL,
          text,
          USUAL_POLL);
    }
    return Duration.ofMillis(USUAL_POLL);
  }

  /** The work of the configurations thread after each look. */
  private record Configurations(
      FolderHealth health, ConfigurationFiles files, OtherFiles others, ForeignCode foreign)
      implements FolderThread.Turn {

    @Override
    public void take(Sight sight) {
      foreign.tell();
      health.readable();
      files.take(sight);
      others.take(sight);
    }

    @Override
    public void folderUnreadable(IOException e) {
      foreign.tell();
      health.unreadable(e);
    }
  }
}
