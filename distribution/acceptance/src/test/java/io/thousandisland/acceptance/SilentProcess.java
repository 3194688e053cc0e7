// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import io.thousandisland.acceptance.peers.Silent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** {@link Silent} peers, in their process. All peers are connected when the constructor returns. */
final class SilentProcess implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final Thread lastResort;
  private final long pushed;

  /** {@code how} is a word that {@link Silent} knows. */
  SilentProcess(int port, int size, String how) throws Exception {
    String classes =
        Path.of(Silent.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .toString();
    process =
        new ProcessBuilder(
                Launch.java(Path.of(System.getProperty("java.home"))).toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-cp",
                classes,
                Silent.class.getName(),
                "" + port,
                "" + size,
                how)
            .redirectErrorStream(true)
            .start();
    lastResort = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(lastResort);
    try {
      Lines out = Lines.of(process.getInputStream());
      pushed = Long.parseLong(out.await("in position after ([0-9]+)", PATIENCE).group(1));
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  /** The bytes that all peers together could send. */
  long pushed() {
    return pushed;
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().orTimeout(30, TimeUnit.SECONDS).join();
    Runtime.getRuntime().removeShutdownHook(lastResort);
  }
}
