package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static io.thousandisland.runtime.server.Peers.ended;
import static io.thousandisland.runtime.server.Peers.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Rule S8: what goes on while handlers of another server compute on every carrier. They go on until
 * the test lets them end, so whatever needs a carrier does not happen.
 */
@Timeout(60)
class BusyCarriersTest {

  private static final int CARRIERS =
      Integer.getInteger(
          "jdk.virtualThreadScheduler.parallelism", Runtime.getRuntime().availableProcessors());

  private volatile boolean released;
  private RunningServer busy;
  private RunningServer server;
  private java.net.Socket before;
  private final Promising handler = new Promising();

  /** Computes until it is released. */
  private final class Computing extends TestHandler {
    final CountDownLatch computing = new CountDownLatch(CARRIERS);

    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      computing.countDown();
      while (!released) {
        Thread.onSpinWait();
      }
      return super.handleData(data, socket, state);
    }
  }

  private static final class Promising extends TestHandler {
    @Override
    public Next<String> handleMessage(Object message, Socket socket, String state)
        throws Exception {
      socket.send(bytes((String) message));
      return Next.proceed(state);
    }
  }

  @BeforeEach
  void occupyEveryCarrier() throws Exception {
    server = new RunningServer(RunningServer.settings(), new TestHandler());
    server.serve(handler, true);
    before = server.connect();
    assertThat(echo(before, "a")).isEqualTo("a");
    var computing = new Computing();
    busy = new RunningServer(RunningServer.settings(), new TestHandler());
    busy.serve(computing, false);
    for (int i = 0; i < CARRIERS; i++) {
      send(busy.connect(), "compute");
    }
    assertThat(computing.computing.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @AfterEach
  void release() throws Exception {
    released = true;
    busy.close();
    server.close();
  }

  @Test
  void s8PromisingHandlersGoOn() throws Exception {
    assertThat(echo(before, "b")).isEqualTo("b");
  }

  @Test
  void s8ClientsAreAcceptedAndServed() throws Exception {
    for (int i = 0; i < 20; i++) { // by each acceptor
      assertThat(echo(server.connect(), "c" + i)).isEqualTo("c" + i);
    }
  }

  @Test
  void s8ClientsOfTheBusyServerAreAccepted() throws Exception {
    int now = busy.node.info().connections();
    busy.connect();
    busy.awaitConnections(now + 1);
  }

  @Test
  void s8MessagesAreDelivered() throws Exception {
    assertThat(handler.ref().tell("m")).isTrue();
    assertThat(before.getInputStream().read()).isEqualTo('m');
  }

  @Test
  void s8DrainsEnd() throws Exception {
    server.stop();
    assertThat(ended(before)).isTrue();
    assertThat(handler.ended()).isEqualTo("shutdown new");
  }
}
