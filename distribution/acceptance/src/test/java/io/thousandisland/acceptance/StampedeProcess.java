// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import io.thousandisland.acceptance.peers.Stampede;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** The guests of a {@link Stampede}, in their process. */
final class StampedeProcess implements AutoCloseable {

  private final CommandedProcess process;

  StampedeProcess(int port, long seed) throws Exception {
    process = new CommandedProcess(Stampede.class, "" + port, "" + seed);
  }

  void come(int guests) throws IOException, InterruptedException {
    process.done("guests " + guests);
  }

  /**
   * Begins a new phase: counts start from 0, and an act that has begun before does not count.
   *
   * @param patience how long guests wait for their first reply
   */
  void beginPhase(Duration patience) throws IOException, InterruptedException {
    process.done("phase " + patience.toMillis());
  }

  StampedeFigures figures() throws IOException, InterruptedException {
    return StampedeFigures.of(process.ask("figures"));
  }

  /** Returns when all guests have gone. */
  void leave() throws IOException, InterruptedException {
    process.done("leave");
  }

  /** The first complaints of guests. */
  List<String> complaints() {
    return process.complaints();
  }

  @Override
  public void close() throws InterruptedException {
    process.close();
  }
}
