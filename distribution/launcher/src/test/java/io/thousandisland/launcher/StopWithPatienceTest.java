// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/** Runs in a real framework. HangingStartTest and SignalTest test the whole process. */
@Timeout(60)
class StopWithPatienceTest {

  private static final CountDownLatch END = new CountDownLatch(1);

  /**
   * An activator that stops when the test says so. The framework takes its class from the test's
   * class loader.
   */
  public static final class LongStop implements BundleActivator {
    @Override
    public void start(BundleContext context) {}

    @Override
    public void stop(BundleContext context) throws InterruptedException {
      END.await();
    }
  }

  @TempDir Path home;

  @Test
  void bundleThatStopsForLongIsNamedOnceAndWaitedFor() throws Exception {
    Framework framework = framework();
    framework.getBundleContext().installBundle("long", new ByteArrayInputStream(jar())).start();
    var said = new Lines();
    PrintStream before = System.err;
    System.setErr(said);
    try {
      Thread stopping = Thread.ofPlatform().daemon().start(() -> stop(framework));
      said.first.await();
      assertThat(framework.getState()).isEqualTo(Bundle.STOPPING);
      END.countDown();
      stopping.join();
    } finally {
      System.setErr(before);
    }
    assertThat(framework.getState()).isEqualTo(Bundle.RESOLVED);
    assertThat(said.text())
        .isEqualTo(
            "org.example.long 1.0.0 is still stopping, after 1 s; the process waits, and only kill -KILL ends the process at once"
                + System.lineSeparator());
  }

  private static void stop(Framework framework) {
    try {
      new StopWithPatience(framework, 1).run();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private Framework framework() throws Exception {
    Framework framework =
        ServiceLoader.load(FrameworkFactory.class)
            .findFirst()
            .orElseThrow()
            .newFramework(
                Map.of(
                    "org.osgi.framework.storage", home.toString(),
                    "org.osgi.framework.bundle.parent", "app",
                    "org.osgi.framework.bootdelegation", LongStop.class.getPackageName()));
    framework.start();
    return framework;
  }

  private static byte[] jar() throws IOException {
    var manifest = new Manifest();
    Attributes headers = manifest.getMainAttributes();
    headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    headers.putValue("Bundle-ManifestVersion", "2");
    headers.putValue("Bundle-SymbolicName", "org.example.long");
    headers.putValue("Bundle-Version", "1.0.0");
    headers.putValue("Bundle-Activator", LongStop.class.getName());
    headers.putValue("Import-Package", "org.osgi.framework");
    var bytes = new ByteArrayOutputStream();
    new JarOutputStream(bytes, manifest).close();
    return bytes.toByteArray();
  }

  /** Collects the printed text, and signals the first line. */
  private static final class Lines extends PrintStream {
    final CountDownLatch first = new CountDownLatch(1);

    Lines() {
      super(new ByteArrayOutputStream(), true);
    }

    @Override
    public void println(String line) {
      super.println(line);
      first.countDown();
    }

    String text() {
      return out.toString();
    }
  }
}
