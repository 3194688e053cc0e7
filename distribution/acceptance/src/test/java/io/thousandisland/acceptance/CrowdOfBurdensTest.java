// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import io.thousandisland.acceptance.bundles.MoodyHandler;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * H6: peers that are a burden take all places but one, on a small heap, and one honest client
 * notices nothing. With {@code -Dsilent.peers=16383} they take all places of the default {@code
 * maxConnections} but one, and the test runs on both frameworks.
 *
 * <p>The kernel's own buffers are no part of this test. Unless they are small, they take up to
 * three megabytes for each peer before the server's send waits, and all the memory that the kernel
 * has for TCP. So peers have the smallest receive buffers, and the server sets its kernel buffers
 * by {@code socketOptions}. Everything else has its default.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(600)
class CrowdOfBurdensTest {

  /** Descriptors that the JVM and the logs may open meanwhile; the peers have thousands. */
  private static final long OTHERS = 8;

  /** Read buffers of 64 KB for this many peers need more memory than there is. */
  private static final int FEW = 4_000;

  private static final int WANTED = Integer.getInteger("silent.peers", FEW);

  /** The descriptors that a server needs beside its connections. */
  private static final int OTHER_DESCRIPTORS = 200;

  /**
   * Threads for the processors and for the JVM come and go; there must not be one thread for each
   * peer.
   */
  private static final int OTHER_THREADS = 100;

  private static final String ECHO =
      """
      handler.target = (handler.name=echo)
      socketOptions = SO_SNDBUF=8192, SO_RCVBUF=8192
      """;

  private static final int ASKS = 200;
  private static final double MOST_MILLIS = 100;

  @TempDir Path home;

  static Stream<Arguments> servers() {
    return Arrays.stream(Framework.values())
        .filter(framework -> framework == Framework.FELIX || WANTED > FEW)
        .flatMap(
            framework ->
                Arrays.stream(TestedJava.values()).map(java -> Arguments.of(framework, java)));
  }

  @ParameterizedTest
  @MethodSource("servers")
  void h6PeersThatSendAndNeverReadLeaveAnHonestClientItsService(
      Framework framework, TestedJava java) throws Exception {
    Launch launch = Launch.of(framework, home).withJava(java.program()).with("-Xmx192m");
    int peers = asManyAsDescriptorsAllow();
    configure(launch, ECHO);
    try (var server = launch.start()) {
      int port = server.port("crowded");
      try (var honest = new Asker(port)) {
        Asker.Times alone = honest.ask(ASKS);
        long descriptors = Proc.descriptors(server.pid());
        long threads = Proc.threads(server.pid());
        long kernel = Proc.kernelBytes();

        try (var arriving = new Arrival(port, peers)) {
          Asker.Times meanwhile = honest.askUntil(arriving.crowd());
          SilentProcess silent = arriving.crowd().get();
          long unread = awaitUnread(port, peers * 9L / 10);
          Asker.Times among = honest.ask(ASKS);
          long more = Proc.threads(server.pid()) - threads;
          long held = Proc.descriptors(server.pid()) - descriptors;
          System.out.printf(
              "%s, Java %s, -Xmx192m: %,d peers send and never read, blocked after %,d KB each,"
                  + " %,d with unread bytes at the server, %,d descriptors held; %,d MB in the"
                  + " kernel; %,d more threads. Honest client: alone %s; while they came %s; among"
                  + " them %s%n",
              framework,
              java,
              peers,
              (silent.pushed() / peers) >> 10,
              unread,
              held,
              (Proc.kernelBytes() - kernel) >> 20,
              more,
              alone,
              meanwhile,
              among);
          SoftAssertions.assertSoftly(
              softly -> {
                softly.assertThat(unread).as("peers held back").isGreaterThan(peers * 9L / 10);
                softly.assertThat(held).as("their descriptors").isGreaterThan(peers * 9L / 10);
                softly.assertThat(more).as("more threads").isLessThan(OTHER_THREADS);
                softly.assertThat(among.p99()).as("p99 in ms").isLessThan(most(alone));
              });
        } finally {
          saidNothingOfMemory(server);
        }
        awaitDescriptors(server.pid(), descriptors);
        System.out.printf(
            "%s, Java %s: after they have gone %s%n", framework, java, honest.ask(50));
      }
      saidNothingOfMemory(server);
      server.saidNoStackTrace();
    }
  }

  @ParameterizedTest
  @MethodSource("servers")
  void h6PeersThatNeverReadAreEndedByTheSendTimeoutAndEachEndingIsComplete(
      Framework framework, TestedJava java) throws Exception {
    Launch launch = Launch.of(framework, home).withJava(java.program()).with("-Xmx192m");
    int peers = asManyAsDescriptorsAllow();
    configure(launch, ECHO + "sendTimeout = 3s\n");
    try (var server = launch.start()) {
      int port = server.port("crowded");
      try (var honest = new Asker(port)) {
        Asker.Times alone = honest.ask(ASKS);
        long descriptors = Proc.descriptors(server.pid());
        try (var arriving = new Arrival(port, peers)) {
          honest.askUntil(arriving.crowd());
          // the peers stay connected until the server ends all of them
          var returned =
              CompletableFuture.runAsync(() -> awaitDescriptors(server.pid(), descriptors));
          Asker.Times meanwhile = honest.askUntil(returned);
          returned.get();
          System.out.printf(
              "%s, Java %s, -Xmx192m: while the sendTimeout ended %,d peers: honest client %s%n",
              framework, java, peers, meanwhile);
          assertThat(meanwhile.p99()).as("p99 in ms").isLessThan(most(alone));
        } finally {
          saidNothingOfMemory(server);
        }
      }
      server.saidNoStackTrace();
    }
  }

  @ParameterizedTest
  @MethodSource("servers")
  void h6ConnectionsThatWaitInReceiveAreCheapAndLeaveAnHonestClientItsService(
      Framework framework, TestedJava java) throws Exception {
    Launch launch = Launch.of(framework, home).withJava(java.program()).with("-Xmx192m");
    int peers = asManyAsDescriptorsAllow();
    Control.deploy(launch);
    configure(launch, "handler.target = (handler.name=moody)\nreadTimeout = 10m\n");
    try (var server = launch.start();
        var control = Control.of(server)) {
      control.install(
          TestBundle.handler(MoodyHandler.class, "moody", 1, false)
              .write(home.resolve("moody.jar")));
      int port = server.port("crowded");
      try (var some = new SilentProcess(port, 100, "receive")) { // warm
        assertThat(some.pushed()).isZero();
      }
      try (var honest = new Client(port)) {
        honest.send("hello\n");
        assertThat(honest.line()).isEqualTo("1 v1 hello\n");
        long descriptors = Proc.descriptors(server.pid());
        long threads = Proc.threads(server.pid());
        Memory before = Memory.of(server);
        long directBefore = control.direct();

        try (var silent = new SilentProcess(port, peers, "receive")) {
          Memory after = Memory.of(server);
          long direct = control.direct() - directBefore;
          long heap = after.heapBytes() - before.heapBytes();
          long more = Proc.threads(server.pid()) - threads;
          System.out.printf(
              "%s, Java %s, -Xmx192m: %,d idle connections in receive(): %,d bytes of live heap and"
                  + " %,d direct each, %,d KB more resident, %,d more threads%n",
              framework,
              java,
              peers,
              heap / peers,
              direct / peers,
              after.residentKilobytes() - before.residentKilobytes(),
              more);
          honest.send("hello\n");
          assertThat(honest.line()).isEqualTo("2 v1 hello\n");
          SoftAssertions.assertSoftly(
              softly -> {
                // a callback of handleData that waits in receive keeps the bytes it was lent, so
                // the bound is the budget of all connections together: a quarter of the heap
                softly.assertThat(direct).as("direct bytes").isLessThan((192L << 20) / 4);
                softly.assertThat(heap / peers).as("bytes of live heap each").isLessThan(9_000);
                softly.assertThat(more).as("more threads").isLessThan(OTHER_THREADS);
              });
        } finally {
          saidNothingOfMemory(server);
        }
        awaitDescriptors(server.pid(), descriptors);
      }
      saidNothingOfMemory(server);
      server.saidNoStackTrace();
    }
  }

  /**
   * The wanted number of peers, or fewer if the descriptor limit requires it; then prints a line.
   */
  private static int asManyAsDescriptorsAllow() {
    long limit =
        ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class)
            .getMaxFileDescriptorCount();
    long most = limit - OTHER_DESCRIPTORS;
    if (most < WANTED) {
      System.out.printf(
          "ONLY %,d peers and not %,d: `ulimit -n` allows %,d open files%n", most, WANTED, limit);
    }
    return (int) Math.min(WANTED, most);
  }

  private static void configure(Launch launch, String settings) throws Exception {
    Files.createDirectories(launch.deploy());
    Files.writeString(
        launch.deploy().resolve("io.thousandisland.server-crowded.cfg"), "port = 0\n" + settings);
  }

  /**
   * The number of peers that are held back. Waits until there are more than {@code wanted}, or
   * until patience ends. A server that had no processor while the peers came may still empty the
   * buffers of some.
   */
  private static long awaitUnread(int port, long wanted) throws Exception {
    long begun = System.nanoTime();
    long unread = Proc.unread(port);
    while (unread <= wanted && System.nanoTime() - begun < ServerProcess.PATIENCE.toNanos()) {
      LockSupport.parkNanos(20_000_000);
      unread = Proc.unread(port);
    }
    return unread;
  }

  /**
   * The longest allowed wait. It is longer on a machine where the client waits even when it is
   * alone.
   */
  private static double most(Asker.Times alone) {
    return Math.max(MOST_MILLIS, 5 * alone.p99());
  }

  private static void awaitDescriptors(long pid, long before) {
    long begun = System.nanoTime();
    long now = Proc.descriptors(pid);
    while (now > before + OTHERS && System.nanoTime() - begun < ServerProcess.PATIENCE.toNanos()) {
      LockSupport.parkNanos(20_000_000);
      now = Proc.descriptors(pid);
    }
    System.out.printf(
        "descriptors: %d before the peers came, %d when %d ms had passed since their end%n",
        before, now, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
    assertThat(now).as("descriptors when all have gone").isLessThanOrEqualTo(before + OTHERS);
  }

  /** An error would be in a log, or printed on the way out of a thread. */
  private static void saidNothingOfMemory(ServerProcess server) {
    List<String> said =
        Stream.concat(server.out().all().stream(), server.err().all().stream())
            .filter(line -> line.contains("OutOfMemoryError"))
            .toList();
    assertThat(said.size()).as("OutOfMemoryError, as in %s", said.stream().findFirst()).isZero();
  }

  /** Peers that push, both while they come and afterwards. */
  private record Arrival(CompletableFuture<SilentProcess> crowd) implements AutoCloseable {

    Arrival(int port, int peers) {
      this(new CompletableFuture<>());
      Thread.ofPlatform()
          .daemon()
          .name("crowd")
          .start(
              () -> {
                try {
                  crowd.complete(new SilentProcess(port, peers, "push"));
                } catch (Throwable e) {
                  crowd.completeExceptionally(e);
                }
              });
    }

    /** The peers go, now or as soon as they have come. */
    @Override
    public void close() {
      crowd.thenAccept(SilentProcess::close);
    }
  }
}
