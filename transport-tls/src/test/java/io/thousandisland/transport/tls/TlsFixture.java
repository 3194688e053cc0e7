// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.testing.TestServer;
import io.thousandisland.transport.tls.handshake.HandshakeThreads;
import io.thousandisland.transport.tls.handshake.Offering;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;

/** A server over TLS, and the JDK's own client. */
final class TlsFixture implements AutoCloseable {

  private final HandshakeThreads threads = new HandshakeThreads(1, "test");
  private final boolean nonblocking;

  /**
   * @param nonblocking whether handlers promise not to block, so that they run on lent threads
   */
  TlsFixture(boolean nonblocking) {
    this.nonblocking = nonblocking;
  }

  boolean isNonblocking() {
    return nonblocking;
  }

  /** The threads for the handshakes of all its servers. */
  HandshakeThreads threads() {
    return threads;
  }

  /** A server whose handler may switch to {@code tls}. */
  TestServer.Builder plain(Handler<?> handler, Offering offer) {
    var builder =
        TestServer.serving(handler)
            .transport("tls", below -> new TlsTransport(below, offer, threads));
    return nonblocking ? builder.nonblocking() : builder;
  }

  /** A server that is reached over TLS. */
  TestServer.Builder tls(Handler<?> handler, Offering offer) {
    return plain(handler, offer).over("tls");
  }

  TestServer server(Handler<?> handler) throws InterruptedException {
    return tls(handler, TestTerms.EC::terms).start();
  }

  @Override
  public void close() {
    threads.close();
  }

  // ---- clients

  static SSLSocket connect(TestServer server, String... protocols) throws IOException {
    return over(new java.net.Socket("localhost", server.port()), protocols);
  }

  /** A client that speaks TLS over a connection that runs already. */
  static SSLSocket over(java.net.Socket plain, String... protocols) throws IOException {
    plain.setTcpNoDelay(true); // else the end of a handshake waits 40 ms for an acknowledgement
    plain.setSoTimeout(10_000);
    var socket =
        (SSLSocket)
            TestTerms.EC.client.getSocketFactory().createSocket(plain, "localhost", 1, true);
    if (protocols.length > 0) {
      socket.setEnabledProtocols(protocols);
    }
    return socket;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static String echo(java.net.Socket client, String text) throws IOException {
    client.getOutputStream().write(bytes(text));
    return text(client.getInputStream().readNBytes(bytes(text).length));
  }

  // ---- handlers

  /** Sends back what it gets, and notes how its connections end. */
  static class Echo implements Handler<Integer> {
    final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

    @Override
    public Next<Integer> handleConnection(Socket socket) throws Exception {
      return Next.proceed(0);
    }

    @Override
    public Next<Integer> handleData(ByteBuffer data, Socket socket, Integer state)
        throws Exception {
      socket.send(data);
      return Next.proceed(state);
    }

    @Override
    public void handleClose(Socket socket, Integer state) {
      ends.add("close");
    }

    @Override
    public void handleTimeout(Socket socket, Integer state) {
      ends.add("timeout");
    }

    @Override
    public void handleError(Throwable reason, Socket socket, Integer state) {
      ends.add("error " + reason);
    }

    /** The next note. */
    String next() throws InterruptedException {
      return String.valueOf(ends.poll(10, TimeUnit.SECONDS));
    }
  }

  /** Sends back what comes first, and closes. */
  static final class Once extends Echo {
    @Override
    public Next<Integer> handleData(ByteBuffer data, Socket socket, Integer state)
        throws IOException {
      socket.send(data);
      return Next.close(state);
    }
  }

  /** Answers a half-close, and closes. */
  static final class Bye extends Echo {
    @Override
    public Next<Integer> handleHalfClose(ByteBuffer rest, Socket socket, Integer state)
        throws IOException {
      ends.add("half-close");
      socket.send("bye");
      return Next.close(state);
    }
  }
}
