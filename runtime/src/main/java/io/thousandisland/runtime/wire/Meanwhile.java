package io.thousandisland.runtime.wire;

import static io.thousandisland.runtime.signals.Signals.NEVER;

import java.io.IOException;

/**
 * What a connection goes on doing while it waits for a handler.
 *
 * <p>Thread: the connection's own.
 */
public interface Meanwhile {
  /**
   * What it waits for, as reasons of {@link io.thousandisland.runtime.signals.Signals}; 0 when
   * there is nothing to do.
   */
  int reasons();

  /** When to do some of it at the latest, in the sweeper's time. */
  long deadline();

  /** Does some of it. */
  void goOn() throws IOException;

  /** Nothing to do. */
  Meanwhile NOTHING =
      new Meanwhile() {
        @Override
        public int reasons() {
          return 0;
        }

        @Override
        public long deadline() {
          return NEVER;
        }

        @Override
        public void goOn() {}
      };
}
