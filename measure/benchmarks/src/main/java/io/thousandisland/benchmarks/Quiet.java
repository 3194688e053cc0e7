// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks;

import io.thousandisland.benchmarks.process.Processors;
import java.io.IOException;

/**
 * The patience to wait until others leave the processors alone: some minutes in a whole run, then
 * no more. It waits only while nothing of this run is busy.
 */
public final class Quiet {

  private static final int MILLIS = 300;

  private final String[] processors;
  private int samplesLeft = 4 * 60_000 / MILLIS;

  public Quiet(String... processors) {
    this.processors = processors;
  }

  public void await() throws IOException, InterruptedException {
    while (samplesLeft > 0 && busy() > Slice.TOO_MUCH) {
      samplesLeft--;
    }
  }

  private double busy() throws IOException, InterruptedException {
    long before = Processors.busy(processors);
    Thread.sleep(MILLIS);
    return (Processors.busy(processors) - before) / (MILLIS * 1e6);
  }
}
