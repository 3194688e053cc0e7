// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.peers;

import java.io.IOException;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.server.AbstractConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;

/**
 * Jetty's connector with a protocol of its own, as its documentation shows it: one acceptor, one
 * selector.
 */
public final class JettyEcho {

  private JettyEcho() {}

  public static void main(String[] args) throws Exception {
    var server = new Server();
    var connector = new ServerConnector(server, 1, 1, new Factory());
    connector.setHost("127.0.0.1");
    connector.setPort(Integer.parseInt(args[0]));
    connector.setAcceptQueueSize(4096);
    connector.setIdleTimeout(Long.MAX_VALUE);
    server.addConnector(connector);
    server.start();
    server.join();
  }

  private static final class Factory extends AbstractConnectionFactory {
    Factory() {
      super("echo");
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint peer) {
      return configure(
          new Echo(peer, connector.getExecutor(), connector.getByteBufferPool()), connector, peer);
    }
  }

  private static final class Echo extends AbstractConnection {
    private static final int SIZE = 64 << 10;

    private final ByteBufferPool pool;
    private final Callback readable =
        Callback.from(InvocationType.NON_BLOCKING, this::onFillable, this::end);

    Echo(EndPoint peer, Executor executor, ByteBufferPool pool) {
      super(peer, executor);
      this.pool = pool;
    }

    @Override
    public void onOpen() {
      super.onOpen();
      getEndPoint().fillInterested(readable);
    }

    /** Reads and writes until there is nothing to read, or the peer takes no more. */
    @Override
    public void onFillable() {
      RetainableByteBuffer buffer = pool.acquire(SIZE, true);
      try {
        int got;
        while ((got = getEndPoint().fill(buffer.getByteBuffer())) > 0) {
          if (!getEndPoint().flush(buffer.getByteBuffer())) {
            writeRest(buffer);
            return;
          }
        }
        buffer.release();
        if (got == 0) {
          getEndPoint().fillInterested(readable);
        } else {
          close();
        }
      } catch (IOException reset) {
        buffer.release();
        close();
      }
    }

    private void writeRest(RetainableByteBuffer buffer) {
      Runnable goOn =
          () -> {
            buffer.release();
            onFillable();
          };
      getEndPoint()
          .write(
              Callback.from(
                  InvocationType.NON_BLOCKING,
                  goOn,
                  failure -> {
                    buffer.release();
                    end(failure);
                  }),
              buffer.getByteBuffer());
    }

    private void end(Throwable reason) {
      close();
    }
  }
}
