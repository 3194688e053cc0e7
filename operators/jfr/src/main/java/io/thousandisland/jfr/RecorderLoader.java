// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr;

import java.io.IOException;
import java.io.InputStream;

/**
 * The class loader of the recorder and its events.
 *
 * <p>The JDK writes calls of an internal class, {@code jdk.jfr.internal.event.EventWriter}, into
 * every event class. The class loader of a bundle does not find that class: no framework exports
 * its package, so the first event would fail with a {@link NoClassDefFoundError}. This loader finds
 * it, where the JDK's own classes are. It defines the classes of one package of this bundle, and
 * asks the bundle for all others.
 */
final class RecorderLoader extends ClassLoader {

  static {
    registerAsParallelCapable();
  }

  private static final String OWN = "io.thousandisland.jfr.recording.";
  private static final String JDK = "jdk.jfr.";

  private RecorderLoader() {
    super("thousandisland jfr", RecorderLoader.class.getClassLoader());
  }

  /** A recorder whose classes go away with it. */
  static Recorder recorder() {
    try {
      return (Recorder)
          new RecorderLoader().loadClass(OWN + "FlightRecording").getConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the bundle is incomplete: it lacks its recorder", e);
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (name.startsWith(OWN)) {
      return own(name);
    }
    return name.startsWith(JDK)
        ? getPlatformClassLoader().loadClass(name)
        : super.loadClass(name, resolve);
  }

  private Class<?> own(String name) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : findClass(name);
    }
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    String file = name.replace('.', '/') + ".class";
    try (InputStream in = getParent().getResourceAsStream(file)) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] code = in.readAllBytes();
      return defineClass(name, code, 0, code.length, RecorderLoader.class.getProtectionDomain());
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}
