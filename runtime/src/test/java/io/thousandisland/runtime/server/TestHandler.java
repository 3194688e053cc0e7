package io.thousandisland.runtime.server;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.handler.SocketRef;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An echo that remembers its terminal callbacks; tests override what they are about. */
class TestHandler implements Handler<String> {

  final BlockingQueue<String> calls = new LinkedBlockingQueue<>();
  final BlockingQueue<SocketRef> refs = new LinkedBlockingQueue<>();
  final BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();

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
    calls.add("close " + state);
  }

  @Override
  public void handleError(Throwable reason, Socket socket, String state) {
    errors.add(reason);
    calls.add("error " + state);
  }

  @Override
  public void handleTimeout(Socket socket, String state) {
    calls.add("timeout " + state);
  }

  @Override
  public void handleShutdown(Socket socket, String state) {
    calls.add("shutdown " + state);
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
    return call;
  }

  SocketRef ref() throws InterruptedException {
    SocketRef ref = refs.poll(20, TimeUnit.SECONDS);
    if (ref == null) {
      throw new AssertionError("no connection");
    }
    return ref;
  }

  List<String> further() {
    return List.copyOf(calls);
  }
}
