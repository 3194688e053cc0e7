// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.ended;
import static io.thousandisland.runtime.server.Peers.read;
import static io.thousandisland.runtime.server.Peers.readToEnd;
import static io.thousandisland.runtime.server.Peers.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.SendTimeoutException;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.settings.BufferSettings;
import io.thousandisland.runtime.settings.PaceSettings;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.server.Drain;
import io.thousandisland.server.Drained;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows K6 and K7, rules H6 and W5: files on their way to a peer. */
@Timeout(60)
class SendFileTest {

  /** More bytes than the kernel keeps for a connection, on both sides. */
  private static final int LARGE = 24 << 20;

  private static final int SMALL = 100_000;

  @TempDir Path folder;

  private Path file;

  @BeforeEach
  void makeFile() throws IOException {
    file = fileOf(SMALL);
  }

  private Path fileOf(int length) throws IOException {
    return Files.write(folder.resolve("of " + length), pattern(0, length));
  }

  private static byte at(long position) {
    return (byte) (position * 31 + position / 251);
  }

  private static byte[] pattern(long offset, int length) {
    var data = new byte[length];
    for (int i = 0; i < length; i++) {
      data[i] = at(offset + i);
    }
    return data;
  }

  /** Reads that many bytes of the pattern. Fails when a byte is not the one that belongs there. */
  private static void readPattern(InputStream in, long offset, long length) throws IOException {
    var data = new byte[64 << 10];
    long position = offset;
    while (position < offset + length) {
      int got = in.read(data, 0, (int) Math.min(data.length, offset + length - position));
      assertThat(got).as("bytes after " + position).isPositive();
      for (int i = 0; i < got; i++) {
        if (data[i] != at(position + i)) {
          throw new AssertionError("wrong byte at " + (position + i));
        }
      }
      position += got;
    }
  }

  private static void readPattern(java.net.Socket client, long length) throws IOException {
    readPattern(client.getInputStream(), 0, length);
  }

  /** The descriptors of this process that refer to a file in the folder of this test. */
  private long descriptors() throws IOException {
    try (var all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(
              one -> {
                try {
                  return Files.readSymbolicLink(one).startsWith(folder);
                } catch (IOException closed) {
                  return false;
                }
              })
          .count();
    }
  }

  private void assertNoDescriptorIsLeft() throws IOException {
    if (OS.LINUX.isCurrentOs()) {
      assertThat(descriptors()).as("open descriptors").isZero();
    }
  }

  /** Does what a test wants for each piece of data, and remembers what it throws. */
  private static class Sending extends TestHandler {
    interface Work {
      void answer(Socket socket) throws Exception;
    }

    final CountDownLatch sending = new CountDownLatch(1);
    final CountDownLatch sent = new CountDownLatch(1);
    private final Work work;

    Sending(Work work) {
      this.work = work;
    }

    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      data.position(data.limit());
      sending.countDown();
      work.answer(socket);
      sent.countDown();
      return Next.proceed(state);
    }
  }

  private static ServerSettings patient() {
    return RunningServer.settings()
        .with(Timeouts.DEFAULT.withDrain(Duration.ofSeconds(20), Duration.ofSeconds(20)));
  }

  private static long bytesSent(RunningServer server) {
    return server.awaitEvent(TelemetryEvent.ConnectionStopped.class).counters().bytesSent();
  }

  // ---- bytes

  @Test
  void k6WholeFileAndPartsArriveInOrderWithTheBytesAroundThem() throws Exception {
    Path empty = fileOf(0);
    var handler =
        new Sending(
            socket -> {
              socket.send("<");
              socket.sendFile(file);
              socket.send("|");
              socket.sendFile(file, 70_000, 30_000);
              socket.sendFile(file, 5, 0); // exactly nothing
              socket.sendFile(file, SMALL, 0);
              socket.sendFile(empty);
              try (FileChannel open = FileChannel.open(file)) {
                open.position(3);
                socket.sendFile(open, 1, 2);
                socket.send(open.position() + ">");
              }
            });
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      send(client, "go");
      assertThat(read(client, 1)).isEqualTo("<");
      readPattern(client, SMALL);
      assertThat(read(client, 1)).isEqualTo("|");
      readPattern(client.getInputStream(), 70_000, 30_000);
      readPattern(client.getInputStream(), 1, 2);
      assertThat(read(client, 2)).isEqualTo("3>");
      handler.sent.await(); // and has closed its own file
      assertNoDescriptorIsLeft();
      client.close();
      assertThat(bytesSent(server)).isEqualTo(SMALL + 30_000 + 2 + 4);
      long told = server.events(TelemetryEvent.Sent.class).stream().mapToLong(e -> e.bytes()).sum();
      assertThat(told).isEqualTo(RunningServer.NONBLOCKING ? told : SMALL + 30_000 + 2 + 4);
    }
  }

  @Test
  void h6SeveralLargeFilesAndBytesBetweenThemArriveInOrder() throws Exception {
    Path large = fileOf(LARGE);
    var handler =
        new Sending(
            socket -> {
              for (int i = 0; i < 4; i++) {
                socket.send("a" + i);
                socket.sendFile(large, i, LARGE - i);
                socket.send("b" + i);
                socket.send(TestHandler.bytes("c"), TestHandler.bytes("d" + i));
              }
            });
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      send(client, "go");
      for (int i = 0; i < 4; i++) {
        assertThat(read(client, 2)).isEqualTo("a" + i);
        readPattern(client.getInputStream(), i, LARGE - i);
        assertThat(read(client, 5)).isEqualTo("b" + i + "cd" + i);
      }
      send(client, "again");
      assertThat(read(client, 2)).isEqualTo("a0");
      client.close();
      server.awaitFreePlaces();
      assertNoDescriptorIsLeft();
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void k7BytesAroundAndBehindTwoGibibytesAreTheRightOnes() throws Exception {
    Path sparse = folder.resolve("sparse");
    long edge = 1L << 31;
    try (FileChannel out =
        FileChannel.open(
            sparse,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      out.write(ByteBuffer.wrap(pattern(edge - SMALL, 2 * SMALL)), edge - SMALL);
    }
    var handler =
        new Sending(
            socket -> {
              socket.sendFile(sparse, edge - SMALL, 2 * SMALL);
              socket.sendFile(sparse, edge + 7, SMALL - 7);
              socket.sendFile(sparse);
            });
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      send(client, "go");
      InputStream in = client.getInputStream();
      readPattern(in, edge - SMALL, 2 * SMALL);
      readPattern(in, edge + 7, SMALL - 7);
      in.skipNBytes(edge - SMALL);
      readPattern(in, edge - SMALL, 2 * SMALL);
      client.close();
      assertThat(bytesSent(server)).isEqualTo(edge + SMALL + 2 * SMALL + SMALL - 7);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void k7TransportWithoutTheKernelsPathSendsTheSame(boolean masked) throws Exception {
    Path large = fileOf(2 << 20);
    var memory = new MemoryTransport();
    Transport transport = masked ? new MaskTransport(memory, 0, 0) : memory;
    var handler =
        new Sending(
            socket -> {
              socket.send("<");
              socket.sendFile(large);
              socket.sendFile(large, 5, 10);
              socket.send(">");
            });
    try (memory;
        var server = new RunningServer(RunningServer.settings(), transport, handler);
        var client = memory.connect(server.port())) {
      byte[] go = {'g', 'o'};
      client.send(masked ? xored(go) : go);
      byte[] got = client.receive((2 << 20) + 12);
      var expected = new ByteArrayOutputStream();
      expected.write('<');
      expected.writeBytes(pattern(0, 2 << 20));
      expected.writeBytes(pattern(5, 10));
      expected.write('>');
      assertThat(masked ? xored(got) : got).isEqualTo(expected.toByteArray());
      assertNoDescriptorIsLeft();
    }
  }

  private static byte[] xored(byte[] bytes) {
    byte[] all = bytes.clone();
    for (int i = 0; i < all.length; i++) {
      all[i] ^= MaskSocket.MASK;
    }
    return all;
  }

  @Test
  void h6FileOfAnotherFileSystemArrives() throws Exception {
    Path archive = folder.resolve("a.zip");
    try (var zip = FileSystems.newFileSystem(archive, Map.of("create", "true"))) {
      Files.write(zip.getPath("inside"), pattern(0, SMALL));
    }
    try (var zip = FileSystems.newFileSystem(archive)) {
      var handler = new Sending(socket -> socket.sendFile(zip.getPath("inside")));
      try (var server = new RunningServer(handler)) {
        var client = server.connect();
        send(client, "go");
        readPattern(client, SMALL);
      }
    }
  }

  // ---- refusals

  /** Sends what the work throws, and goes on. */
  private static Sending telling(Sending.Work work) {
    return new Sending(
        socket -> {
          try {
            work.answer(socket);
            socket.send("sent\n");
          } catch (IOException | IllegalArgumentException e) {
            socket.send(e.getClass().getSimpleName() + " " + e.getMessage() + "\n");
          }
        });
  }

  private static String told(java.net.Socket client) throws IOException {
    var text = new StringBuilder();
    for (int c = client.getInputStream().read(); c >= 0 && c != '\n'; ) {
      text.append((char) c);
      c = client.getInputStream().read();
    }
    return text.toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-1 | 0 | offset is -1; allowed: 0 to 100000, the length of FILE",
        "100001 | 0 | offset is 100001; allowed: 0 to 100000, the length of FILE",
        "0 | -1 | length is -1; allowed: 0 to 100000, the bytes of FILE from offset 0",
        "99999 | 2 | length is 2; allowed: 0 to 1, the bytes of FILE from offset 99999",
        "1 | 9223372036854775807 | length is 9223372036854775807; allowed: 0 to 99999,"
            + " the bytes of FILE from offset 1",
      })
  void k6PartThatTheFileDoesNotHaveIsRefusedByName(long offset, long length, String message)
      throws Exception {
    try (var server = new RunningServer(telling(socket -> socket.sendFile(file, offset, length)))) {
      var client = server.connect();
      send(client, "go");
      assertThat(told(client))
          .isEqualTo("IllegalArgumentException " + message.replace("FILE", file.toString()));
      server.serve(
          telling(
              socket -> {
                try (FileChannel open = FileChannel.open(file)) {
                  socket.sendFile(open, offset, length);
                }
              }));
      var other = server.connect();
      send(other, "go");
      assertThat(told(other))
          .isEqualTo("IllegalArgumentException " + message.replace("FILE", "the file"));
      assertNoDescriptorIsLeft();
      assertThat(server.events(TelemetryEvent.SendFailed.class)).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/dev/zero, FileSystemException /dev/zero: not a regular file",
    "/dev, FileSystemException /dev: not a regular file",
    "/no/such/file, NoSuchFileException /no/such/file"
  })
  void k6AnythingButARegularFileIsRefusedAndTheConnectionGoesOn(Path path, String message)
      throws Exception {
    try (var server = new RunningServer(telling(socket -> socket.sendFile(path)))) {
      var client = server.connect();
      send(client, "go");
      assertThat(told(client)).isEqualTo(message);
      send(client, "go");
      assertThat(told(client)).isEqualTo(message);
    }
  }

  @Test
  void h6OtherThreadsAreRefused() throws Exception {
    var handler =
        new Sending(
            socket -> {
              var refused = new LinkedBlockingQueue<Exception>();
              Thread.ofPlatform()
                  .start(
                      () -> {
                        try {
                          socket.sendFile(file);
                        } catch (Exception e) {
                          refused.add(e);
                        }
                      })
                  .join();
              socket.send(refused.take().getClass().getSimpleName() + "\n");
            });
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      send(client, "go");
      assertThat(told(client)).isEqualTo("IllegalStateException");
    }
  }

  // ---- files that change meanwhile

  private static void truncate(Path path, long length) throws IOException {
    try (FileChannel open = FileChannel.open(path, StandardOpenOption.WRITE)) {
      open.truncate(length);
    }
  }

  @Test
  void k6FileThatShrinksMeanwhileEndsInAnErrorThatSaysSo() throws Exception {
    Path large = fileOf(LARGE);
    var handler = new Sending(socket -> socket.sendFile(large));
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      send(client, "go");
      readPattern(client, 1000);
      truncate(large, LARGE - 10_000);
      readPattern(client.getInputStream(), 1000, LARGE - 11_000);
      assertThat(ended(client)).isTrue();
      assertThat(handler.ended()).isEqualTo("error new");
      assertThat(handler.errors.take())
          .isInstanceOf(IOException.class)
          .hasMessage(
              "%s has become shorter, when %s of %s bytes were sent", large, LARGE - 10_000, LARGE);
      assertThat(bytesSent(server)).isEqualTo(LARGE - 10_000);
      assertThat(server.events(TelemetryEvent.SendFailed.class)).hasSize(1);
      server.awaitFreePlaces();
      assertNoDescriptorIsLeft();
    }
  }

  @Test
  void k6FileThatShrinksMeanwhileEndsInAnErrorWithoutTheKernelsPathToo() throws Exception {
    Path large = fileOf(LARGE);
    var handler = new Sending(socket -> socket.sendFile(large));
    try (var memory = new MemoryTransport();
        var server = new RunningServer(RunningServer.settings(), memory, handler);
        var client = memory.connect(server.port())) {
      client.send("go");
      assertThat(client.receive(1000)).isEqualTo(pattern(0, 1000));
      truncate(large, 500);
      assertThat(client.receive(LARGE).length).isLessThan(LARGE - 1000);
      assertThat(handler.ended()).isEqualTo("error new");
      assertThat(handler.errors.take()).hasMessageContaining("has become shorter, when ");
      server.awaitFreePlaces();
      assertNoDescriptorIsLeft();
    }
  }

  @Test
  void k6FileThatGrowsMeanwhileIsSentAsLongAsItWas() throws Exception {
    Path large = fileOf(LARGE);
    var handler =
        new Sending(
            socket -> {
              socket.sendFile(large);
              socket.send("end");
            });
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      send(client, "go");
      readPattern(client, 1000);
      Files.write(large, new byte[5000], StandardOpenOption.APPEND);
      readPattern(client.getInputStream(), 1000, LARGE - 1000);
      assertThat(read(client, 3)).isEqualTo("end");
    }
  }

  @Test
  void h6CallersFileThatIsClosedMeanwhileEndsInAnErrorThatSaysSo() throws Exception {
    Path large = fileOf(LARGE);
    var opened = new LinkedBlockingQueue<FileChannel>();
    var handler =
        new Sending(
            socket -> {
              FileChannel open = FileChannel.open(large);
              opened.add(open);
              socket.sendFile(open, 0, LARGE);
            });
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      send(client, "go");
      readPattern(client, 1000);
      opened.take().close();
      readToEnd(client);
      assertThat(handler.ended()).isEqualTo("error new");
      assertThat(handler.errors.take())
          .hasMessageMatching("the file was closed, when [0-9]+ of " + LARGE + " bytes were sent");
    }
  }

  @Test
  void h6InterruptThatWasLeftBehindDoesNotCloseTheFile() throws Exception {
    Path large = fileOf(LARGE);
    var handler =
        new Sending(
            socket -> {
              Thread.currentThread().interrupt();
              socket.sendFile(large);
              Thread.currentThread().interrupt();
            });
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      send(client, "go");
      readPattern(client, LARGE);
      send(client, "go");
      readPattern(client, LARGE);
    }
  }

  // ---- peers that are slow, or gone

  @Test
  @EnabledOnOs(OS.LINUX)
  void k6ThousandResetsHalfWayLeaveNoDescriptor() throws Exception {
    Path large = fileOf(LARGE);
    var handler = new Sending(socket -> socket.sendFile(large));
    try (var server = RunningServer.unheard(RunningServer.settings(), handler)) {
      for (int i = 0; i < 1000; i++) {
        var client = new java.net.Socket(InetAddress.getLoopbackAddress(), server.port());
        client.setSoLinger(true, 0);
        send(client, "go");
        assertThat(client.getInputStream().read()).isNotNegative();
        client.close(); // resets
      }
      server.awaitFreePlaces();
      assertNoDescriptorIsLeft();
    }
  }

  @Test
  void h6PeerThatTakesNothingForTheSendTimeoutEndsInAnError() throws Exception {
    Path large = fileOf(LARGE);
    var impatient = AlteredSettings.of("sendTimeout", Duration.ofMillis(500));
    var handler = new Sending(socket -> socket.sendFile(large));
    try (var server = new RunningServer(impatient, handler)) {
      var silent = server.connect();
      send(silent, "go");
      assertThat(handler.ended()).isEqualTo("error new");
      assertThat(handler.errors.take()).isInstanceOf(SendTimeoutException.class);
      server.awaitFreePlaces();
      assertNoDescriptorIsLeft();
      readPattern(silent, bytesSent(server));
    }
  }

  @Test
  void h6PeerThatIsSlowButTakesBytesIsWaitedForLongerThanTheSendTimeout() throws Exception {
    Path large = fileOf(LARGE);
    var impatient = AlteredSettings.of("sendTimeout", Duration.ofSeconds(1));
    var handler = new Sending(socket -> socket.sendFile(large));
    try (var server = new RunningServer(impatient, handler)) {
      var slow = server.connect();
      send(slow, "go");
      int step = 2 << 20;
      for (int taken = 0; taken < LARGE; taken += step) {
        Thread.sleep(200); // 2.4 s in all
        readPattern(slow.getInputStream(), taken, step);
      }
      slow.close();
      assertThat(handler.ended()).isEqualTo("close new");
    }
  }

  @Test
  void p3PeerThatTakesTooFewBytesOfAFileIsTooSlow() throws Exception {
    Path large = fileOf(LARGE);
    var demanding =
        AlteredSettings.of("minSendRate", 100_000_000, "rateWindow", Duration.ofSeconds(1));
    var handler = new Sending(socket -> socket.sendFile(large));
    try (var server = new RunningServer(demanding, handler)) {
      var slow = server.connect();
      send(slow, "go");
      assertThat(handler.ended()).isEqualTo("timeout new");
      var stopped = server.awaitEvent(TelemetryEvent.ConnectionStopped.class);
      assertThat(stopped.ending()).isInstanceOf(Ending.TooSlow.class);
    }
  }

  @Test
  void h5BytesOfAFileThatThePeerTakesKeepItFromBeingIdle() throws Exception {
    Path large = fileOf(LARGE);
    var settings =
        AlteredSettings.of(
            "readTimeout", Duration.ofMillis(600), "idleBy", PaceSettings.IdleBy.BOTH);
    var handler =
        new Sending(socket -> socket.ref().tell("file")) {
          @Override
          public Next<String> handleMessage(Object message, Socket socket, String state)
              throws Exception {
            socket.sendFile(large);
            return Next.proceed(state);
          }
        };
    try (var server = new RunningServer(settings, handler)) {
      var slow = server.connect();
      send(slow, "go");
      int step = 4 << 20;
      for (int taken = 0; taken < LARGE; taken += step) {
        Thread.sleep(200); // 1.2 s in all
        readPattern(slow.getInputStream(), taken, step);
      }
      send(slow, "go");
      readPattern(slow, LARGE);
      assertThat(handler.ended()).isEqualTo("timeout new"); // but only now
    }
  }

  // ---- handlers that leave, and ends

  /** The state of one handler is a string, the state of the next, too. */
  private static Sending portable(Sending.Work work) {
    return new Sending(work) {
      @Override
      public Object exportState(Socket socket, String state) {
        return state;
      }
    };
  }

  @Test
  void w5FileThatThePeerDoesNotTakeGoesAlongAndArrivesWhole() throws Exception {
    Path large = fileOf(LARGE);
    var old =
        portable(
            socket -> {
              socket.send("head");
              socket.sendFile(large);
              socket.send("tail");
            });
    try (var server = new RunningServer(patient(), new TestHandler())) {
      long service = server.serve(old);
      var slow = server.connect();
      send(slow, "go");
      old.sending.await();
      Drained drained = server.node.retire(service).get(10, TimeUnit.SECONDS);
      assertThat(drained.migrated()).isEqualTo(1);
      assertThat(old.sent.getCount()).isZero();
      server.serve(new TestHandler());
      send(slow, "next");
      assertThat(server.node.connections().getFirst().unsent()).isGreaterThan(1 << 20);
      assertThat(read(slow, 4)).isEqualTo("head");
      readPattern(slow, LARGE);
      assertThat(read(slow, 8)).isEqualTo("tailnext");
      assertNoDescriptorIsLeft();
    }
  }

  @Test
  void w5FileGoesOnWhileThereIsNoHandler() throws Exception {
    Path large = fileOf(LARGE);
    var old = portable(socket -> socket.sendFile(large));
    try (var server = new RunningServer(patient(), old)) {
      var slow = server.connect();
      send(slow, "go");
      old.sending.await();
      assertThat(server.node.retire(1).get(10, TimeUnit.SECONDS).migrated()).isEqualTo(1);
      readPattern(slow, LARGE);
      server.serve(new TestHandler());
      send(slow, "next");
      assertThat(read(slow, 4)).isEqualTo("next");
      assertNoDescriptorIsLeft();
    }
  }

  @Test
  void w5CallersFileIsSentBeforeItsHandlerLeaves() throws Exception {
    Path large = fileOf(LARGE);
    BlockingQueue<FileChannel> closed = new LinkedBlockingQueue<>();
    var old =
        portable(
            socket -> {
              try (FileChannel open = FileChannel.open(large)) {
                socket.sendFile(open, 0, LARGE);
                closed.add(open);
              }
            });
    try (var server = new RunningServer(patient(), new TestHandler())) {
      long service = server.serve(old);
      var slow = server.connect();
      send(slow, "go");
      old.sending.await();
      var retired = server.node.retire(service);
      Drain drain = server.node.drains().getFirst();
      server.await("advice", s -> drain.progress().phase() == Drain.Phase.ADVICE);
      assertThat(closed).isEmpty();
      readPattern(slow, LARGE);
      assertThat(retired.get(20, TimeUnit.SECONDS).migrated()).isEqualTo(1);
      server.serve(new TestHandler());
      send(slow, "next");
      assertThat(read(slow, 4)).isEqualTo("next");
    }
  }

  @Test
  void s5DrainEndsWhenThePeerHasTakenTheFile() throws Exception {
    Path large = fileOf(LARGE);
    var handler = new Sending(socket -> socket.sendFile(large));
    try (var server = new RunningServer(patient(), handler)) {
      var slow = server.connect();
      send(slow, "go");
      handler.sending.await();
      Drain drain = server.node.drain();
      handler.sent.await();
      assertThat(drain.result()).isNotDone();
      readPattern(slow, LARGE);
      assertThat(ended(slow)).isTrue();
      assertThat(drain.result().get(20, TimeUnit.SECONDS))
          .extracting(Drained::graceful, Drained::forced)
          .containsExactly(1, 0);
      assertThat(bytesSent(server)).isEqualTo(LARGE);
      server.awaitFreePlaces();
      assertNoDescriptorIsLeft();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void s5ForceEndsATransferAndClosesTheFile(boolean callersFile) throws Exception {
    Path large = fileOf(LARGE);
    var handler =
        new Sending(
            socket -> {
              if (callersFile) {
                try (FileChannel open = FileChannel.open(large)) {
                  socket.sendFile(open, 0, LARGE);
                }
              } else {
                socket.sendFile(large);
              }
            });
    var short1 = AlteredSettings.of("shutdownTimeout", Duration.ofMillis(300));
    try (var server = new RunningServer(short1, handler)) {
      var silent = server.connect();
      send(silent, "go");
      handler.sending.await();
      Drained drained = server.node.drain().result().get(20, TimeUnit.SECONDS);
      assertThat(drained.forced()).isEqualTo(1);
      server.awaitFreePlaces();
      assertNoDescriptorIsLeft();
    }
  }

  @Test
  void h2LastFileIsSentBeforeTheEnd() throws Exception {
    Path large = fileOf(LARGE);
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state) {
            return Next.close(state);
          }

          @Override
          public void handleClose(Socket socket, String state) {
            try {
              socket.sendFile(large);
              socket.send("bye");
            } catch (IOException e) {
              errors.add(e);
            }
            super.handleClose(socket, state);
          }
        };
    try (var server = new RunningServer(handler)) {
      var slow = server.connect();
      send(slow, "go");
      assertThat(handler.ended()).isEqualTo("close new"); // it did not wait for the peer
      readPattern(slow, LARGE);
      assertThat(readToEnd(slow)).isEqualTo("bye");
      assertThat(handler.errors).isEmpty();
      assertThat(bytesSent(server)).isEqualTo(LARGE + 3);
      server.awaitFreePlaces();
      assertNoDescriptorIsLeft();
    }
  }

  @Test
  void h8HalfCloseOfOursFollowsTheFile() throws Exception {
    Path large = fileOf(LARGE);
    var handler =
        new Sending(
            socket -> {
              socket.sendFile(large);
              socket.shutdownOutput();
            });
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      send(client, "go");
      readPattern(client, LARGE);
      assertThat(ended(client)).isTrue();
    }
  }

  @Test
  void x9QuickPeersOfLargeFilesDoNotKeepOthersFromTheirTurns() throws Exception {
    Path large = fileOf(LARGE);
    var small = AlteredSettings.of().with(new BufferSettings(64 << 10, 1 << 20, 1 << 10, 256));
    var handler = new Sending(socket -> socket.sendFile(large));
    try (var server = new RunningServer(small, handler)) {
      var stop = new CountDownLatch(1);
      var trouble = new LinkedBlockingQueue<Throwable>();
      var readers = new Thread[8];
      for (int i = 0; i < readers.length; i++) {
        var quick = server.connect();
        readers[i] =
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        while (stop.getCount() > 0) {
                          send(quick, "go");
                          readPattern(quick, LARGE);
                        }
                      } catch (IOException | AssertionError e) {
                        trouble.add(e);
                      }
                    });
      }
      server.await(
          "ready", s -> s.events(TelemetryEvent.ConnectionReady.class).size() == readers.length);
      server.serve(new TestHandler());
      for (int i = 0; i < 50; i++) {
        var other = server.connect();
        assertThat(Peers.echo(other, "x")).isEqualTo("x");
        other.close();
      }
      stop.countDown();
      for (Thread reader : readers) {
        assertThat(reader.join(Duration.ofSeconds(30))).isTrue();
      }
      assertThat(trouble).isEmpty();
    }
  }
}
