// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.acceptance.bundles.MoodyHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Updates of one handler, each with the next version, and the counts of the clients meanwhile. */
final class Updates {

  private final Path folder;
  private final boolean nonblocking;
  private int version;

  Updates(Path folder, boolean nonblocking) {
    this.folder = folder;
    this.nonblocking = nonblocking;
  }

  void install(Control control) throws IOException {
    control.install(bundle());
  }

  /** Runs that many updates, one after the other, each in this company. */
  Result run(int updates, Company company, Control control, PeersProcess peers, int port)
      throws Exception {
    List<Duration> took = new ArrayList<>();
    List<Long> byOld = new ArrayList<>();
    peers.beginPhase();
    for (int i = 0; i < updates; i++) {
      int old = version++;
      Path next = bundle();
      try (var afterwards = company.gather(peers, port)) {
        long before = peers.repliesOf(old);
        took.add(control.update(next));
        byOld.add(peers.repliesOf(old) - before);
        peers.awaitReplies(3);
      }
      assertThat(peers.repliesOf(version)).as("replies of the new code").isPositive();
    }
    return new Result(peers.figures(), took, byOld);
  }

  private Path bundle() throws IOException {
    return TestBundle.handler(MoodyHandler.class, "moody", version, nonblocking)
        .write(folder.resolve("moody-" + version + ".jar"));
  }

  /**
   * The results of the updates.
   *
   * @param took how long each took, its unbind included
   * @param byOld how many replies came from the old code while each was under way
   */
  record Result(PeersFigures figures, List<Duration> took, List<Long> byOld) {
    @Override
    public String toString() {
      return "%d updates: %s; each took %s ms; replies of the old code meanwhile %s"
          .formatted(took.size(), figures, took.stream().map(Duration::toMillis).toList(), byOld);
    }
  }
}
