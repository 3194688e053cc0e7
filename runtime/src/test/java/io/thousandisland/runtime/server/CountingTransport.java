// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.ThreadLender;
import io.thousandisland.transport.Transport;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** TCP that knows its open listening channels, and can lose one of them. */
final class CountingTransport implements Transport {

  private final Set<ListeningChannel> open = ConcurrentHashMap.newKeySet();

  /** The number of listening channels that were opened and not closed by the runtime. */
  int open() {
    return open.size();
  }

  /** Closes one of the channels behind the back of the runtime. */
  void loseOne(Random random) throws IOException {
    List<ListeningChannel> all = new ArrayList<>(open);
    if (!all.isEmpty()) {
      ((Counted) all.get(random.nextInt(all.size()))).real.close();
    }
  }

  @Override
  public ListeningChannel listen(ListenAt at) throws IOException {
    return counted(RunningServer.TCP.listen(at));
  }

  private ListeningChannel counted(ListeningChannel real) {
    var counted = new Counted(real);
    open.add(counted);
    return counted;
  }

  private final class Counted implements ListeningChannel {
    private final ListeningChannel real;

    Counted(ListeningChannel real) {
      this.real = real;
    }

    @Override
    public SocketAddress localAddress() {
      return real.localAddress();
    }

    @Override
    public void start(Runnable acceptable) {
      real.start(acceptable);
    }

    @Override
    public boolean askForThread(Consumer<ThreadLender> turn) {
      return real.askForThread(turn);
    }

    @Override
    public @Nullable TransportSocket accept() throws IOException {
      return real.accept();
    }

    @Override
    public ListeningChannel another(ListenAt at) throws IOException {
      return counted(real.another(at));
    }

    @Override
    public void options(Map<SocketOption<?>, Object> options) throws IOException {
      real.options(options);
    }

    @Override
    public void quiesce() throws IOException {
      real.quiesce();
    }

    @Override
    public boolean isOpen() {
      return real.isOpen();
    }

    @Override
    public void close() throws IOException {
      open.remove(this);
      real.close();
    }
  }
}
