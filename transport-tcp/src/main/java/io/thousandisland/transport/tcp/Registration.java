// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import org.jspecify.annotations.Nullable;

/**
 * One channel's place at a poller, taken when the channel first has to wait.
 *
 * <p>Thread: any.
 *
 * @param <C> the kind of channel
 */
final class Registration<C extends SelectableChannel> implements Interest.Switch {

  /** A source of pollers for channels. */
  interface Choice {
    /**
     * @param takesThread whether the poller's thread would be used
     */
    Poller next(boolean takesThread) throws IOException;
  }

  private final C channel;
  private final Choice choice;
  private final Polled polled;

  /** Null until it is needed. Written once, under the lock of this. */
  private volatile @Nullable Poller poller;

  /** Whether the place was given up; it is not taken again. Written under the lock of this. */
  private volatile boolean left;

  Registration(C channel, Choice choice, Polled polled) {
    this.channel = channel;
    this.choice = choice;
    this.polled = polled;
  }

  C channel() {
    return channel;
  }

  private Poller poller() throws IOException {
    Poller now = poller;
    return now == null ? choose() : now;
  }

  private synchronized Poller choose() throws IOException {
    Poller now = poller;
    if (now == null) {
      now = choice.next(polled.takesThread());
      poller = now;
    }
    return now;
  }

  /** Takes the place now, with no interest, so that the channel is closed when the poller ends. */
  void take() throws IOException {
    poller().register(channel, 0, polled);
  }

  @Override
  public void on(int op) {
    try {
      Poller mine = poller();
      SelectionKey key = mine.keyOf(channel);
      if (key == null) {
        register(mine, op);
      } else {
        key.interestOpsOr(op);
      }
      mine.wakeUp();
    } catch (IOException | ClosedSelectorException | CancelledKeyException gone) {
      // The channel or the poller is closed, or there is no poller: the listener would never be
      // told. Closing tells it. One that has left does not want to be told.
      if (!left) {
        closePolled();
      }
    }
  }

  private synchronized void register(Poller mine, int op) throws IOException {
    if (!left) {
      mine.register(channel, op, polled);
    }
  }

  @Override
  public void off(int op) {
    Poller mine = poller;
    SelectionKey key = mine == null ? null : mine.keyOf(channel);
    try {
      if (key != null) {
        key.interestOpsAnd(~op);
      }
    } catch (CancelledKeyException closed) {
      // A cancelled key reports nothing any more, as requested.
    }
  }

  /**
   * Closes the channel. The descriptor of a registered channel is released only when its selector
   * next looks at its cancelled keys. A poller asleep in the selector might never look.
   */
  void close() throws IOException {
    Poller mine = poller;
    if (mine != null && mine.closeWhenReleased(channel)) {
      return;
    }
    try {
      channel.close();
    } finally {
      if (mine != null && channel.isRegistered()) {
        mine.wakeUp();
      }
    }
  }

  /** {@link #close}, and waits until the descriptor is released. */
  void closeAndWait() throws IOException {
    close();
    Poller mine = poller;
    if (mine != null) {
      mine.awaitReleased();
    }
  }

  /**
   * Gives the place up for good, and waits until the poller has noticed; the channel stays open. A
   * close then takes effect at once.
   */
  void leave() {
    synchronized (this) {
      left = true;
    }
    Poller mine = poller;
    SelectionKey key = mine == null ? null : mine.keyOf(channel);
    if (mine != null && key != null) {
      key.cancel();
      mine.awaitReleased();
    }
  }

  /** As {@link Poller#ask}. */
  boolean ask(Poller.Turn turn) {
    try {
      return poller().ask(turn);
    } catch (IOException | ClosedSelectorException none) {
      return false;
    }
  }

  private void closePolled() {
    try {
      polled.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
