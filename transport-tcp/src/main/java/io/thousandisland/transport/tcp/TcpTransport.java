package io.thousandisland.transport.tcp;

import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.Transport;
import io.thousandisland.transport.TransportName;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/**
 * Plain TCP.
 *
 * <p>Its pollers start with the first listening channel. When the component goes they end, and with
 * them what is still registered: nothing would wake it any more. Listening channels always are
 * registered. A connection that is not, because it never had to wait, finds the poller closed as
 * soon as it does have to, and is closed then.
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
   * @param ownThreads what the pollers of connections that have a thread each run on
   */
  TcpTransport(PollerThreads ownThreads) {
    this.ownThreads = ownThreads;
  }

  @Override
  public ListeningChannel listen(ListenAt at) throws IOException {
    return TcpListeningChannel.open(at, TcpOptions.of(at.options()), false, places());
  }

  @Deactivate
  void stop() throws IOException {
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
