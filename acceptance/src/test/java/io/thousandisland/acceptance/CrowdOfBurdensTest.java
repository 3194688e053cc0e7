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
 * H6: all places but one are taken by peers that are a burden, on a small heap, and one honest
 * client notices nothing. {@code -Dsilent.peers=16383} takes all of the default {@code
 * maxConnections} but one, and both frameworks.
 *
 * <p>The kernel's own buffers are no part of this: unless they are small, they take up to three
 * megabytes for each peer before the server's send waits, and all the memory that the kernel has
 * for TCP. So peers have the smallest receive buffers, and the server sets its buffers of the
 * kernel by {@code socketOptions}. All else is as configured by default.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(600)
class CrowdOfBurdensTest {

  /** Read buffers of 64 KB for so many are more than the memory there is. */
  private static final int FEW = 4_000;
  private static final int WANTED = Integer.getInteger("silent.peers", FEW);

  /** What a server needs beside its connections. */
  private static final int OTHER_DESCRIPTORS = 200;

  /** A thread for each of the processors and some for the JVM come and go; one per peer do not. */
  private static final int OTHER_THREADS = 100;

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
    configure(
        launch,
        "handler.target = (handler.name=echo)\n"
            + "socketOptions = SO_SNDBUF=8192, SO_RCVBUF=8192\n");
    try (var server = launch.start()) {
      int port = server.port("crowded");
      try (var honest = new Asker(port)) {
        Asker.Times alone = honest.ask(ASKS);
        long descriptors = Proc.descriptors(server.pid());
        long threads = Proc.threads(server.pid());
        long kernel = Proc.kernelBytes();

        var arriving = crowd(port, peers, "push");
        Asker.Times meanwhile = honest.askUntil(arriving);
        try (var silent = arriving.get()) {
          long unread = Proc.unread(port);
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
              silent.pushed() / peers >> 10,
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
                softly.assertThat(among.p99()).as("p99 in ms").isLessThan(MOST_MILLIS);
              });
        } finally {
          saidNothingOfMemory(server);
        }
        awaitDescriptors(server, descriptors);
        System.out.printf(
            "%s, Java %s: after they have gone %s%n", framework, java, honest.ask(50));
      }
      saidNothingOfMemory(server);
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
          TestBundle.handler(MoodyHandler.class, "moody", 1).write(home.resolve("moody.jar")));
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
                softly.assertThat(direct / peers).as("direct bytes each").isLessThan(100);
                softly.assertThat(heap / peers).as("bytes of live heap each").isLessThan(9_000);
                softly.assertThat(more).as("more threads").isLessThan(OTHER_THREADS);
              });
        } finally {
          saidNothingOfMemory(server);
        }
        awaitDescriptors(server, descriptors);
      }
      saidNothingOfMemory(server);
      server.saidNoStackTrace();
    }
  }

  /** Not limited by what CI has; says so when fewer are possible. */
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

  private static CompletableFuture<SilentProcess> crowd(int port, int peers, String how) {
    var crowd = new CompletableFuture<SilentProcess>();
    Thread.ofPlatform()
        .daemon()
        .name("crowd")
        .start(
            () -> {
              try {
                crowd.complete(new SilentProcess(port, peers, how));
              } catch (Throwable e) {
                crowd.completeExceptionally(e);
              }
            });
    return crowd;
  }

  private static void awaitDescriptors(ServerProcess server, long before) throws Exception {
    long begun = System.nanoTime();
    long now = Proc.descriptors(server.pid());
    while (now > before && System.nanoTime() - begun < ServerProcess.PATIENCE.toNanos()) {
      TimeUnit.MILLISECONDS.sleep(20);
      now = Proc.descriptors(server.pid());
    }
    System.out.printf(
        "descriptors: %d before the peers came, %d when %d ms had passed since they went%n",
        before, now, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
    assertThat(now).as("descriptors when all have gone").isLessThanOrEqualTo(before);
  }

  /** The server said so itself, in a log or on the way out of a thread. */
  private static void saidNothingOfMemory(ServerProcess server) {
    List<String> said =
        Stream.concat(server.out().all().stream(), server.err().all().stream())
            .filter(line -> line.contains("OutOfMemoryError"))
            .toList();
    assertThat(said.size()).as("OutOfMemoryError, as in %s", said.stream().findFirst()).isZero();
  }
}
