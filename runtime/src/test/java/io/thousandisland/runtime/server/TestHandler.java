// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.handler.SocketRef;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * An echo that remembers its terminal callbacks; tests override the methods that they are about. A
 * second terminal callback for one connection fails the test, whichever handler of the test gets
 * it. The test fails at the next look at the calls, and when the server is closed.
 */
class TestHandler implements Handler<String> {

  /** The connections that have had a terminal callback. The set keeps none of them alive. */
  private static final Set<Socket> OVER =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  final BlockingQueue<String> calls = new LinkedBlockingQueue<>();
  final BlockingQueue<SocketRef> refs = new LinkedBlockingQueue<>();
  final BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();

  /** Terminal callbacks that were not their connection's first; stays empty. */
  final BlockingQueue<String> repeated = new LinkedBlockingQueue<>();

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  static String text(ByteBuffer data) {
    return StandardCharsets.UTF_8.decode(data).toString();
  }

  @Override
  public Next<String> handleConnection(Socket socket) throws Exception {
    refs.add(socket.ref());
    return Next.proceed("new");
  }

  @Override
  public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
    socket.send(data);
    return Next.proceed(state);
  }

  @Override
  public void handleClose(Socket socket, String state) {
    over(socket, "close " + state);
  }

  @Override
  public void handleError(Throwable reason, Socket socket, String state) {
    errors.add(reason);
    over(socket, "error " + state);
  }

  @Override
  public void handleTimeout(Socket socket, String state) {
    over(socket, "timeout " + state);
  }

  @Override
  public void handleShutdown(Socket socket, String state) {
    over(socket, "shutdown " + state);
  }

  private void over(Socket socket, String call) {
    if (!OVER.add(socket)) {
      repeated.add(call + ", connection " + socket.id());
    }
    calls.add(call);
  }

  private void requireOneEndingEach() {
    if (!repeated.isEmpty()) {
      throw new AssertionError("a second terminal callback: " + repeated);
    }
  }

  /** Carries on when it is advised to finish. */
  static class Staying extends TestHandler {
    @Override
    public Next<String> handleDrain(Socket socket, String state) throws Exception {
      return Next.proceed(state);
    }
  }

  /** The next terminal callback. */
  String ended() throws InterruptedException {
    String call = calls.poll(20, TimeUnit.SECONDS);
    if (call == null) {
      throw new AssertionError("no terminal callback");
    }
    requireOneEndingEach();
    return call;
  }

  SocketRef ref() throws InterruptedException {
    SocketRef ref = refs.poll(20, TimeUnit.SECONDS);
    if (ref == null) {
      throw new AssertionError("no connection");
    }
    return ref;
  }

  /** Terminal callbacks that {@link #ended} has not returned. */
  List<String> further() {
    requireOneEndingEach();
    return List.copyOf(calls);
  }
}
