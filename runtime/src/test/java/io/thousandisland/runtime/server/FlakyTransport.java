// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.OutOfDescriptorsException;
import io.thousandisland.transport.Transport;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.net.BindException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** TCP whose next accepts or binds fail when a test says so, and whose channels can be lost. */
final class FlakyTransport implements Transport {

  private final AtomicInteger failures = new AtomicInteger();
  private final AtomicInteger binds = new AtomicInteger();
  private final AtomicInteger tries = new AtomicInteger();
  private volatile Supplier<Exception> failure = IOException::new;
  volatile boolean portTaken;
  volatile @Nullable Error bindError;
  private volatile @Nullable ListeningChannel newest;

  /** Run once, before a further channel is opened. */
  private final AtomicReference<Runnable> beforeAnother = new AtomicReference<>(() -> {});

  /** Run once, after options of a channel have changed. */
  private final AtomicReference<Runnable> afterOptions = new AtomicReference<>(() -> {});

  void beforeAnother(Runnable hook) {
    beforeAnother.set(hook);
  }

  void afterOptions(Runnable hook) {
    afterOptions.set(hook);
  }

  void failNextAccepts(int count, Supplier<Exception> how) {
    failure = how;
    failures.set(count);
  }

  static Exception outOfDescriptors() {
    return new OutOfDescriptorsException(new IOException("on purpose"));
  }

  void loseChannel() throws IOException {
    ListeningChannel lost = newest;
    if (lost != null) {
      lost.close();
    }
  }

  boolean isListening() {
    ListeningChannel last = newest;
    return last != null && last.isOpen();
  }

  /** The number of times that a port was bound. */
  int binds() {
    return binds.get();
  }

  /** The number of times that the transport was asked for a port. */
  int tries() {
    return tries.get();
  }

  private void mayFail() throws BindException {
    tries.incrementAndGet();
    Error error = bindError;
    if (error != null) {
      throw error;
    }
    if (portTaken) {
      throw new BindException("on purpose");
    }
  }

  @Override
  public ListeningChannel listen(ListenAt at) throws IOException {
    mayFail();
    return wrapped(RunningServer.TCP.listen(at));
  }

  private ListeningChannel wrapped(ListeningChannel real) {
    newest = real;
    binds.incrementAndGet();
    return new ListeningChannel() {
      @Override
      public ListeningChannel another(ListenAt at) throws IOException {
        mayFail();
        beforeAnother.getAndSet(() -> {}).run();
        return wrapped(real.another(at));
      }

      @Override
      public void options(Map<SocketOption<?>, Object> options) throws IOException {
        real.options(options);
        afterOptions.getAndSet(() -> {}).run();
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
      public @Nullable TransportSocket accept() throws IOException {
        if (failures.get() > 0 && failures.getAndDecrement() > 0) {
          Exception wanted = failure.get();
          if (wanted instanceof IOException io) {
            throw io;
          }
          throw (RuntimeException) wanted;
        }
        return real.accept();
      }

      @Override
      public boolean isOpen() {
        return real.isOpen();
      }

      @Override
      public void close() throws IOException {
        real.close();
      }
    };
  }
}
