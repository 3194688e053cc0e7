// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.bundles;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.deploy.folder.Told;
import io.thousandisland.deploy.watch.Report;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.BundleException;

@Timeout(20)
class ForeignCodeTest {

  private final Told told = new Told();
  private final CountDownLatch inside = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);
  private volatile boolean interrupted;
  private volatile boolean interruptedBehind;
  private volatile Instant now = Instant.EPOCH;
  private final ForeignCode foreign = new ForeignCode(() -> now, new Report());

  @AfterEach
  void close() {
    told.close();
  }

  private void hang() {
    inside.countDown();
    try {
      release.await();
    } catch (InterruptedException e) {
      interrupted = true;
      Thread.currentThread().interrupt();
    }
  }

  private Thread inAThread(boolean starts) throws InterruptedException {
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name("deploy test")
            .start(
                () -> {
                  try {
                    if (starts) {
                      foreign.start("a.jar", "org.example.a 1.0.0", this::hang);
                    } else {
                      foreign.stop("a.jar", "org.example.a 1.0.0", this::hang);
                    }
                  } catch (BundleException e) {
                    throw new AssertionError(e);
                  }
                  interruptedBehind = Thread.currentThread().isInterrupted();
                });
    inside.await();
    return thread;
  }

  @Test
  void startThatHangsIsToldOnceAfterTenSeconds() throws Exception {
    Thread thread = inAThread(true);
    now = Instant.ofEpochSecond(9);
    foreign.tell();
    assertThat(told.lines()).isEmpty();
    now = Instant.ofEpochSecond(10);
    foreign.tell();
    foreign.tell();
    release.countDown();
    thread.join();
    foreign.tell();

    assertThat(told.lines())
        .singleElement()
        .asString()
        .startsWith(
            "WARN a.jar: org.example.a 1.0.0 hangs in its start, for 10s already; the other bundles"
                + " of the folder wait for it. A thread dump shows where: jcmd ")
        .endsWith(" Thread.print, the thread \"deploy test\"");
  }

  @Test
  void stopMayDrainForAMinute() throws Exception {
    Thread thread = inAThread(false);
    now = Instant.ofEpochSecond(59);
    foreign.tell();
    assertThat(told.lines()).isEmpty();
    now = Instant.ofEpochSecond(60);
    foreign.tell();
    release.countDown();
    thread.join();

    assertThat(told.lines()).singleElement().asString().contains("hangs in its stop, for 60s");
  }

  @Test
  void startIsInterruptedAndNothingBehindIt() throws Exception {
    Thread thread = inAThread(true);
    foreign.interruptStart();
    thread.join();
    foreign.interruptStart();

    assertThat(interrupted).isTrue();
    assertThat(interruptedBehind).isFalse();
  }

  @Test
  void stopIsNotInterrupted() throws Exception {
    Thread thread = inAThread(false);
    foreign.interruptStart();
    release.countDown();
    thread.join();

    assertThat(interrupted).isFalse();
  }
}
