// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.deploy.folder.Told;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class FolderThreadTest {

  @TempDir Path folder;

  @Test
  @Timeout(20)
  void lackOfMemoryIsToldOnceAndTheThreadGoesOn() throws Exception {
    var turns = new CountDownLatch(5);
    try (var told = new Told()) {
      var thread =
          new FolderThread(
              "test",
              new Watch(folder, InstantSource.system()),
              new Turn(turns),
              Duration.ofMillis(1),
              new Report());
      thread.start();
      assertThat(turns.await(10, TimeUnit.SECONDS)).as("goes on").isTrue();
      assertThat(thread.stop()).isTrue();

      assertThat(told.lines())
          .containsExactly("ERROR the thread test goes on after an unexpected exception");
    }
  }

  private record Turn(CountDownLatch turns) implements FolderThread.Turn {
    @Override
    public void take(Sight sight) {
      turns.countDown();
      throw new OutOfMemoryError("as if");
    }

    @Override
    public void folderUnreadable(IOException e) {
      throw new AssertionError(e);
    }
  }
}
