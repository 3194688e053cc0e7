// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.shared.MemoryBudget;
import io.thousandisland.runtime.shared.RuntimeContext;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.shared.Telemetry;
import io.thousandisland.transport.TransportSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Rows K6 and W5: a part of a file among unsent bytes. */
class UnsentFileTest {

  private static final int LIMIT = 1000;

  @TempDir Path folder;

  private final MemoryBudget memory = new MemoryBudget(1L << 30);
  private final Unsent unsent = new Unsent(memory);
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final RuntimeContext runtime = new RuntimeContext();
  private final ServerContext context =
      new ServerContext(ServerSettings.defaults("test"), new Telemetry(), runtime);
  private final Random random = new Random(42);
  private final byte[] content = new byte[500];
  private Path file;

  @BeforeEach
  void write() throws IOException {
    random.nextBytes(content);
    file = Files.write(folder.resolve("file"), content);
  }

  @AfterEach
  void close() {
    unsent.end();
    runtime.close();
  }

  /** Takes as many bytes of each write as {@code most} says, and of a file by itself. */
  private TransportSocket taking(int most) {
    return (TransportSocket)
        Proxy.newProxyInstance(
            TransportSocket.class.getClassLoader(),
            new Class<?>[] {TransportSocket.class},
            (proxy, method, arguments) ->
                arguments[0] instanceof FileChannel from
                    ? takeFile(from, (long) arguments[1], (int) Math.min(most, (long) arguments[2]))
                    : take((ByteBuffer) arguments[0], most));
  }

  private int take(ByteBuffer from, int most) {
    byte[] taken = new byte[Math.min(most, from.remaining())];
    from.get(taken);
    written.writeBytes(taken);
    return taken.length;
  }

  private Object takeFile(FileChannel from, long position, int count) throws IOException {
    ByteBuffer taken = ByteBuffer.allocate(count);
    int got = from.read(taken, position);
    take(taken.flip(), count);
    return (long) got;
  }

  private boolean addBytes(int count) {
    return unsent.add(ByteBuffer.allocate(count), LIMIT);
  }

  private boolean addFile() throws IOException {
    return unsent.add(Transfer.of(context, file));
  }

  private long descriptors() throws IOException {
    try (var all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(this::isOfTheFile).count();
    }
  }

  private boolean isOfTheFile(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).equals(file);
    } catch (IOException closed) {
      return false;
    }
  }

  @Test
  void k6BytesAndFilesLeaveInOrderAndLeaveNoMemory() throws Exception {
    var expected = new ByteArrayOutputStream();
    int files = 0;
    for (int round = 0; round < 20_000; round++) {
      switch (random.nextInt(4)) {
        case 0 -> {
          var bytes = new byte[random.nextInt(100)];
          random.nextBytes(bytes);
          if (unsent.add(ByteBuffer.wrap(bytes), 64, LIMIT)) {
            expected.writeBytes(bytes);
          }
        }
        case 1 -> {
          Transfer part = Transfer.of(context, file);
          if (unsent.add(part)) {
            expected.writeBytes(content);
            files++;
          } else {
            part.close();
          }
        }
        default -> unsent.writeTo(taking(1 + random.nextInt(300)));
      }
      assertThat(unsent.seen()).isEqualTo(expected.size() - written.size());
    }
    while (!unsent.isEmpty()) {
      unsent.writeTo(taking(LIMIT));
    }
    assertThat(written.toByteArray()).isEqualTo(expected.toByteArray());
    assertThat(files).isGreaterThan(1000);
    assertThat(memory.used()).isZero();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void k6EndGivesBackAllMemoryAndTheDescriptor() throws Exception {
    assertThat(addBytes(100)).isTrue();
    assertThat(addFile()).isTrue();
    assertThat(addBytes(100)).isTrue();
    assertThat(descriptors()).isOne();
    unsent.end();
    assertThat(memory.used()).isZero();
    assertThat(descriptors()).isZero();
    assertThat(unsent.isEmpty()).isTrue();
  }

  @Test
  void h6LimitIsOneForTheBytesBeforeAFileAndBehindIt() throws Exception {
    assertThat(addBytes(600)).isTrue();
    assertThat(addFile()).isTrue();
    assertThat(addBytes(500)).isFalse();
    assertThat(addBytes(400)).isTrue();
  }

  @Test
  void k6SecondFileMayFollowAsSoonAsTheFirstIsSent() throws Exception {
    assertThat(addFile()).isTrue();
    assertThat(addBytes(100)).isTrue();
    Transfer second = Transfer.of(context, file);
    assertThat(unsent.add(second)).isFalse();
    unsent.writeTo(taking(LIMIT));
    assertThat(unsent.add(second)).isTrue();
    assertThat(unsent.length()).isEqualTo(100);
  }

  /** The transport tells of room only after a lack of it. */
  @Test
  void k7ThereIsRoomUntilAStepIsCutShort() throws Exception {
    addBytes(100);
    addFile();
    addBytes(100);
    assertThat(unsent.hasRoom()).as("bytes are first").isFalse();
    assertThat(unsent.writeTo(taking(LIMIT))).as("never of two").isEqualTo(100);
    assertThat(unsent.hasRoom()).as("the file is next").isTrue();
    unsent.writeTo(taking(50));
    assertThat(unsent.hasRoom()).as("cut short").isFalse();
    unsent.writeTo(taking(LIMIT));
    assertThat(unsent.hasRoom()).as("the file is sent").isTrue();
    unsent.writeTo(taking(LIMIT));
    assertThat(unsent.isEmpty()).isTrue();
  }

  /** A file of a bundle's own kind would keep the classes of that bundle. */
  @Test
  void w5OnlyFilesOfThePlatformThatWeHaveOpenedMayBeKept() throws Exception {
    Path archive = folder.resolve("a.zip");
    try (var zip = FileSystems.newFileSystem(archive, Map.of("create", "true"));
        var open = FileChannel.open(file)) {
      Path inside = Files.write(zip.getPath("inside"), content);
      for (Transfer each :
          new Transfer[] {Transfer.of(context, inside), Transfer.of(context, open, 0, 1)}) {
        assertThat(each.mayBeKept()).isFalse();
        each.close();
      }
      assertThat(open.isOpen()).isTrue();
      Transfer own = Transfer.of(context, file);
      assertThat(own.mayBeKept()).isTrue();
      own.close();
    }
  }
}
