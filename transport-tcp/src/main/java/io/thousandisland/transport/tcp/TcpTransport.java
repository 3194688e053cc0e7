// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.Transport;
import io.thousandisland.transport.TransportName;
import io.thousandisland.transport.tcp.endpoint.TcpOptions;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/**
 * Plain TCP.
 *
 * <p>The pollers start with the first listening channel. When the component goes, the pollers end
 * and close the channels still registered: nothing would wake these any more. Listening channels
 * always are registered. A connection that never had to wait is not registered: it finds the poller
 * closed as soon as it has to wait, and is closed then.
 *
 * <p>Thread: any.
 */
@Component
@TransportName("tcp")
public final class TcpTransport implements Transport {
  private final PollerThreads ownThreads;

  /** Guarded by this. */
  private @Nullable Places places;

  /** Guarded by this. */
  private boolean stopped;

  @Activate
  public TcpTransport() {
    this(PollerThreads.forOwnThreads());
  }

  /**
   * @param ownThreads the kind of thread for pollers of connections that have a thread each
   */
  TcpTransport(PollerThreads ownThreads) {
    this.ownThreads = ownThreads;
  }

  @Override
  public ListeningChannel listen(ListenAt at) throws IOException {
    return TcpListeningChannel.open(at, TcpOptions.of(at.options(), at.address()), false, places());
  }

  /** Ends the pollers. No server may run over this transport any more. */
  @Deactivate
  public void stop() throws IOException {
    Places running;
    synchronized (this) {
      stopped = true;
      running = places;
    }
    if (running != null) {
      running.close();
    }
  }

  synchronized Places places() throws IOException {
    if (stopped) {
      throw new IOException("tcp transport has been stopped");
    }
    if (places == null) {
      places = Places.open(ownThreads);
    }
    return places;
  }
}
