// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A {@link Crowd} that has connected. */
final class CrowdProcess implements AutoCloseable {

  private final Process process;
  private final Lines out;
  private final int size;

  CrowdProcess(int port, int size) throws Exception {
    this.size = size;
    String classes =
        Path.of(Crowd.class.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    process =
        new ProcessBuilder(
                Launch.java(Path.of(System.getProperty("java.home"))).toString(),
                "-Xmx256m",
                "-cp",
                classes,
                Crowd.class.getName(),
                "" + port,
                "" + size)
            .redirectErrorStream(true)
            .start();
    out = Lines.of(process.getInputStream());
    try {
      out.await("^" + size + " connected", ServerProcess.PATIENCE);
    } catch (Throwable e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** Returns when every connection has had one byte echoed. */
  void echo() throws IOException, InterruptedException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
    out.await("^" + size + " echoed", ServerProcess.PATIENCE);
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
  }
}
