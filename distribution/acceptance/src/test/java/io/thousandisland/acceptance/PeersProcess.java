// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import io.thousandisland.acceptance.peers.Peers;
import java.io.IOException;
import java.util.List;

/** {@link Peers} in their process. */
final class PeersProcess implements AutoCloseable {

  private final CommandedProcess process;

  PeersProcess(int port) throws Exception {
    process = new CommandedProcess(Peers.class, "" + port);
  }

  /** Returns when 32 clients talk, and two come and go. */
  void talk() throws IOException, InterruptedException {
    process.done("talk");
  }

  /** Begins a new phase: counts start from 0. */
  void beginPhase() throws IOException, InterruptedException {
    process.done("phase");
  }

  /** Returns when every honest client has had more replies. */
  void awaitReplies(int more) throws IOException, InterruptedException {
    process.done("await " + more);
  }

  /** Returns when every hostile peer is in position. */
  void surround() throws IOException, InterruptedException {
    process.done("hostile");
  }

  /** As {@link #surround}, but only with the peers that are slow to read. */
  void slowDown() throws IOException, InterruptedException {
    process.done("slow");
  }

  /** The number of connects so far of the peers that are slow to read. */
  int pushersConnects() throws IOException, InterruptedException {
    return Integer.parseInt(process.ask("connects"));
  }

  /** Sends the hostile peers away. */
  void peace() throws IOException, InterruptedException {
    process.done("peace");
  }

  /** Replies of a version of the handler, in this phase. */
  long repliesOf(int version) throws IOException, InterruptedException {
    return Long.parseLong(process.ask("of " + version));
  }

  PeersFigures figures() throws IOException, InterruptedException {
    return PeersFigures.of(process.ask("figures"));
  }

  /** The complaints of the clients. */
  List<String> complaints() {
    return process.complaints();
  }

  @Override
  public void close() throws InterruptedException {
    process.close();
  }
}
