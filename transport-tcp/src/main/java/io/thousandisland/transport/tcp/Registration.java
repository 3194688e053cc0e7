package io.thousandisland.transport.tcp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;

/**
 * One channel's place at a poller, taken when it first has to wait.
 *
 * <p>Thread: any.
 */
final class Registration implements Interest.Switch {
  private final SelectableChannel channel;
  private final Poller poller;
  private final Polled polled;

  Registration(SelectableChannel channel, Poller poller, Polled polled) {
    this.channel = channel;
    this.poller = poller;
    this.polled = polled;
  }

  /** Takes the place now, with no interest, so that the channel is closed when the poller ends. */
  void take() throws ClosedChannelException {
    poller.register(channel, 0, polled);
  }

  @Override
  public void on(int op) {
    try {
      SelectionKey key = poller.keyOf(channel);
      if (key == null) {
        poller.register(channel, op, polled);
      } else {
        key.interestOpsOr(op);
      }
    } catch (ClosedChannelException | ClosedSelectorException | CancelledKeyException gone) {
      // The channel or the poller is closed: nobody would ever be told. Closing tells.
      closePolled();
      return;
    }
    poller.wakeUp();
  }

  @Override
  public void off(int op) {
    SelectionKey key = poller.keyOf(channel);
    try {
      if (key != null) {
        key.interestOpsAnd(~op);
      }
    } catch (CancelledKeyException closed) {
      // A cancelled key reports nothing any more, which is what was asked for.
    }
  }

  /**
   * Closes the channel. The descriptor of a registered channel is only released when its selector
   * next looks at its cancelled keys; a poller asleep in it would not, perhaps for ever.
   */
  void close() throws IOException {
    if (poller.closeWhenReleased(channel)) {
      return;
    }
    try {
      channel.close();
    } finally {
      if (channel.isRegistered()) {
        poller.wakeUp();
      }
    }
  }

  /** {@link #close}, and waits until the descriptor is released. */
  void closeAndWait() throws IOException {
    close();
    poller.awaitReleased();
  }

  private void closePolled() {
    try {
      polled.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
