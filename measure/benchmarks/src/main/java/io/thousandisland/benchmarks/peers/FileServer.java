// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.peers;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.testing.TestServer;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Our server in a process of its own; answers each byte with a file. Prints its port. */
public final class FileServer {

  private static final int BUFFER = 64 * 1024;

  private FileServer() {}

  /**
   * @param args the file; {@code sendFile}, or {@code send} to read the file and send the bytes
   */
  public static void main(String[] args) throws Exception {
    Path file = Path.of(args[0]);
    boolean byKernel = args[1].equals("sendFile");
    TestServer server =
        TestServer.serving(byKernel ? new ByKernel(file) : new ThroughMemory(file)).start();
    System.out.println(server.port());
    System.out.flush();
    Thread.currentThread().join();
  }

  private record ByKernel(Path file) implements Handler<Void> {
    @Override
    public Next<Void> handleData(ByteBuffer data, Socket socket, Void state) throws Exception {
      data.get();
      socket.sendFile(file);
      return Next.proceed(state);
    }
  }

  private record ThroughMemory(Path file) implements Handler<Void> {
    @Override
    public Next<Void> handleData(ByteBuffer data, Socket socket, Void state) throws Exception {
      data.get();
      ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
      try (FileChannel open = FileChannel.open(file)) {
        while (open.read(buffer.clear()) > 0) {
          socket.send(buffer.flip());
        }
      }
      return Next.proceed(state);
    }
  }
}
