package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.acceptance.bundles.MoodyHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * W3, W5: whatever some peers and their callbacks do, all others notice of an update only the pause
 * that the framework makes. {@code -Dhostile.updates=20} for more.
 *
 * <p>The clients are in a process of their own ({@link PeersProcess}): 32 that talk, two that come
 * and go. The hostile ones: one sends and never reads, one reads 20 KB/s, one is stopped by
 * SIGSTOP, one callback sleeps, one computes, one swallows interrupts, one waits in {@code
 * receive()}. Each comes back as soon as the server has closed it, also in the middle of an update.
 *
 * <p>First come updates without the hostile peers, then the same number with them.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(600)
class HostileUpdateTest {

  private static final int UPDATES = Integer.getInteger("hostile.updates", 5);

  /** With the default timeouts an update takes up to 25 s. */
  private static final int PATIENT_UPDATES = UPDATES >= 20 ? 2 : 1;

  /** The gap of the quiet updates counts as at least this: see {@link #allowed}. */
  private static final Duration NOISE = Duration.ofMillis(50);

  @TempDir Path home;

  @ParameterizedTest
  @EnumSource
  void w3HostilePeersDoNotProlongTheGapOfOthersWithTimeoutsOfOneSecond(Framework framework)
      throws Exception {
    compare(framework, "drainTimeout = 1s\nshutdownTimeout = 1s\n", 2, UPDATES);
  }

  @ParameterizedTest
  @EnumSource
  void w3HostilePeersDoNotProlongTheGapOfOthersWithTheDefaultTimeouts(Framework framework)
      throws Exception {
    compare(framework, "", 25, PATIENT_UPDATES);
  }

  private void compare(Framework framework, String timeouts, int seconds, int updates)
      throws Exception {
    Launch launch = Launch.of(framework, home);
    Control.deploy(launch);
    Files.writeString(
        launch.deploy().resolve("io.thousandisland.server-moody.cfg"),
        "port = 0\nhandler.target = (handler.name=moody)\n" + timeouts);
    try (var server = launch.start();
        var control = Control.of(server)) {
      control.install(version(0));
      int port = server.port("moody");
      try (var peers = new PeersProcess(port)) {
        peers.talk();
        for (int i = 1; i <= 3; i++) { // warm
          control.update(version(i));
          peers.awaitReplies(3);
        }
        var quiet = new Phase("quiet", framework, control, peers);
        quiet.run(3, updates, 0);
        var hostile = new Phase("hostile", framework, control, peers);
        hostile.run(3 + updates, updates, port);
        peers.peace();

        assertThat(server.alive()).isTrue();
        SoftAssertions.assertSoftly(
            softly -> {
              quiet.assertHarmless(softly);
              hostile.assertHarmless(softly);
              softly
                  .assertThat(hostile.figures.gap())
                  .as("longest gap")
                  .isLessThanOrEqualTo(allowed(quiet.figures.gap()));
              softly
                  .assertThat(hostile.figures.visitGap())
                  .as("longest time between visits")
                  .isLessThanOrEqualTo(allowed(quiet.figures.visitGap()));
              // the hostile ones that come back in the middle of an update win no time by it
              softly
                  .assertThat(hostile.took)
                  .as("each update")
                  .allMatch(took -> took.compareTo(Duration.ofSeconds(seconds + 3)) < 0);
            });
      }
    }
  }

  /**
   * Three times the longest gap of quiet updates. On a machine with two processors, of which one
   * computes for the hostile callback and both serve 34 clients, a thread may wait for a few time
   * slices, which are no gap of the server's: 50 ms count as none.
   */
  private static Duration allowed(Duration quiet) {
    return (quiet.compareTo(NOISE) < 0 ? NOISE : quiet).multipliedBy(3);
  }

  private Path version(int number) throws Exception {
    return TestBundle.handler(MoodyHandler.class, "moody", number)
        .write(home.resolve("moody-" + number + ".jar"));
  }

  /** Some updates, and what the clients saw of them. */
  private final class Phase {
    private final String name;
    private final Framework framework;
    private final Control control;
    private final PeersProcess peers;
    private final List<Duration> took = new ArrayList<>();
    private final List<Long> byOld = new ArrayList<>();
    private PeersFigures figures = PeersFigures.NONE;

    Phase(String name, Framework framework, Control control, PeersProcess peers) {
      this.name = name;
      this.framework = framework;
      this.control = control;
      this.peers = peers;
    }

    /** With the hostile peers if a port is given. */
    void run(int from, int updates, int hostilePort) throws Exception {
      peers.beginPhase();
      for (int i = from + 1; i <= from + updates; i++) {
        Path next = version(i);
        if (hostilePort > 0) {
          peers.surround();
          try (var stopped = new StoppedPeer(hostilePort)) {
            update(next, i);
          }
        } else {
          update(next, i);
        }
      }
      figures = peers.figures();
      System.out.printf(
          "%s, %d %s updates: %s; each took %s ms; replies of the old code meanwhile %s%n",
          framework, updates, name, figures, took.stream().map(Duration::toMillis).toList(), byOld);
    }

    private void update(Path next, int number) throws Exception {
      long before = peers.repliesOf(number - 1);
      took.add(control.update(next));
      byOld.add(peers.repliesOf(number - 1) - before);
      peers.awaitReplies(3);
      assertThat(peers.repliesOf(number)).as("replies of the new code").isPositive();
    }

    void assertHarmless(SoftAssertions softly) {
      softly
          .assertThat(figures.closed())
          .as("%s: closed, as in %s", name, peers.complaints())
          .isZero();
      softly.assertThat(figures.refused()).as("%s: refused", name).isZero();
      softly
          .assertThat(figures.wrong())
          .as("%s: wrong, as in %s", name, peers.complaints())
          .isZero();
      for (int i = 0; i < took.size(); i++) {
        // 34 clients ask up to a hundred times a second; a tenth of that must be possible
        long due = Math.max(0, took.get(i).toMillis() - 500) * 34 / 100;
        softly
            .assertThat(byOld.get(i))
            .as("%s: replies of the old code during an update of %s", name, took.get(i))
            .isGreaterThanOrEqualTo(due);
      }
    }
  }
}
