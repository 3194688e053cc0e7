// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * W3, W5: whatever some peers and their callbacks do, all other clients notice only the pause that
 * the framework makes during an update. {@code -Dhostile.updates=5} makes a short run.
 *
 * <p>The clients are in a process of their own ({@link PeersProcess}): 32 talk, and two come and
 * go. The hostile peers are these: one sends and never reads, one reads 20 KB/s, one is stopped by
 * SIGSTOP, one callback sleeps, one computes, one swallows interrupts, and one waits in {@code
 * receive()}. Each peer comes back as soon as the server has closed it, also in the middle of an
 * update. Only the peer whose callback computes and the stopped peer wait for the end of the
 * update.
 *
 * <p>First come updates without the hostile peers, then the same number with them.
 */
@EnabledOnOs(OS.LINUX)
@Tag("alone") // it compares lengths of time: see the pom.xml
@Timeout(900)
class HostileUpdateTest {

  private static final int UPDATES = Integer.getInteger("hostile.updates", 20);

  /** With the default timeouts an update takes up to 25 s. */
  private static final int PATIENT_UPDATES = UPDATES >= 20 ? 2 : 1;

  /** The gap of quiet updates counts as this length at least: see {@link #allowed}. */
  private static final Duration NOISE = Duration.ofMillis(200);

  /**
   * The time that an update may take beyond its timeouts, even if hostile peers come back during
   * it.
   */
  private static final Duration OVERHEAD = Duration.ofSeconds(3);

  @TempDir Path home;

  @ParameterizedTest
  @EnumSource
  void w3HostilePeersDoNotProlongTheGapOfOthersWithTimeoutsOfOneSecond(Framework framework)
      throws Exception {
    var handlers = new Updates(home, false);
    String settings = "drainTimeout = 1s\nshutdownTimeout = 1s\n";
    compare(framework, settings, handlers, Company.HOSTILE, UPDATES, Duration.ofSeconds(2));
  }

  @ParameterizedTest
  @EnumSource
  void w3HostilePeersDoNotProlongTheGapOfOthersWithTheDefaultTimeouts(Framework framework)
      throws Exception {
    var handlers = new Updates(home, false);
    compare(framework, "", handlers, Company.HOSTILE, PATIENT_UPDATES, Duration.ofSeconds(25));
  }

  /**
   * A connection whose peer is slow does not hold up an update, and is not closed by it. The
   * handler promises not to block, as the echo handler does; the timeouts have their defaults.
   */
  @ParameterizedTest
  @EnumSource
  void w3SlowReadersMoveWithEverybodyElse(Framework framework) throws Exception {
    var handlers = new Updates(home, true);
    String settings = "sendTimeout = 10m\n";
    int pushers = compare(framework, settings, handlers, Company.SLOW, UPDATES, Duration.ZERO);
    assertThat(pushers).as("connections of the two slow readers").isEqualTo(2);
  }

  /** Returns how often the slow readers have connected. */
  private int compare(
      Framework framework,
      String settings,
      Updates handlers,
      Company company,
      int updates,
      Duration timeouts)
      throws Exception {
    Launch launch = Launch.of(framework, home);
    Control.deploy(launch);
    Files.writeString(
        launch.deploy().resolve("io.thousandisland.server-moody.cfg"),
        "port = 0\nhandler.target = (handler.name=moody)\n" + settings);
    try (var server = launch.start();
        var control = Control.of(server)) {
      handlers.install(control);
      int port = server.port("moody");
      try (var peers = new PeersProcess(port)) {
        peers.talk();
        handlers.run(3, Company.NOBODY, control, peers, port); // warm
        Updates.Result quiet = handlers.run(updates, Company.NOBODY, control, peers, port);
        System.out.printf("%s, without hostile peers: %s%n", framework, quiet);
        Updates.Result hostile = handlers.run(updates, company, control, peers, port);
        System.out.printf("%s, with %s peers: %s%n", framework, company, hostile);
        final int pushers = peers.pushersConnects();
        peers.peace();

        assertThat(server.alive()).isTrue();
        SoftAssertions.assertSoftly(
            softly -> {
              assertHarmless(quiet, "quiet", peers, softly);
              assertHarmless(hostile, "hostile", peers, softly);
              softly
                  .assertThat(hostile.figures().gap())
                  .as("longest gap")
                  .isLessThanOrEqualTo(allowed(quiet.figures().gap()));
              softly
                  .assertThat(hostile.figures().visitGap())
                  .as("longest time between visits")
                  .isLessThanOrEqualTo(allowed(quiet.figures().visitGap()));
              softly
                  .assertThat(hostile.took())
                  .as("each update")
                  .allMatch(took -> took.compareTo(timeouts.plus(OVERHEAD)) < 0);
            });
        return pushers;
      }
    }
  }

  /**
   * Three times the longest gap of quiet updates. Without any update the longest gap is 15 to 35
   * ms, with or without the hostile peers: 34 clients and a callback that computes share two
   * processors. So a quiet gap counts as 200 ms at least; otherwise a moment without the processor
   * would be a failure. A peer that prolongs an update does so by a timeout, which is a second at
   * least.
   */
  private static Duration allowed(Duration quiet) {
    return (quiet.compareTo(NOISE) < 0 ? NOISE : quiet).multipliedBy(3);
  }

  private static void assertHarmless(
      Updates.Result result, String which, PeersProcess peers, SoftAssertions softly) {
    PeersFigures figures = result.figures();
    List<String> complaints = peers.complaints();
    softly.assertThat(figures.closed()).as("%s: closed, as in %s", which, complaints).isZero();
    softly.assertThat(figures.refused()).as("%s: refused", which).isZero();
    softly.assertThat(figures.wrong()).as("%s: wrong, as in %s", which, complaints).isZero();
    for (int i = 0; i < result.took().size(); i++) {
      Duration took = result.took().get(i);
      // 34 clients ask up to a hundred times a second; a tenth of that must be possible
      long due = Math.max(0, took.toMillis() - 500) * 34 / 100;
      softly
          .assertThat(result.byOld().get(i))
          .as("%s: replies of the old code during an update of %s", which, took)
          .isGreaterThanOrEqualTo(due);
    }
  }
}
