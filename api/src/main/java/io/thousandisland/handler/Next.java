// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A callback's answer: how its connection goes on.
 *
 * <p>Handlers construct these with the factories below; only the server switches over them. A new
 * variant is therefore a minor change of this package.
 *
 * @param <S> the state of one connection
 */
public sealed interface Next<S extends @Nullable Object> {

  /** The state that the next callback receives. */
  S state();

  /** Goes on: waits for data, under the read timeout in force. */
  static <S extends @Nullable Object> Proceed<S> proceed(S state) {
    return state == null ? Proceed.stateless() : new Proceed<>(state, ReadTimeout.AS_BEFORE);
  }

  /** Ends the connection in {@code handleClose}. */
  static <S extends @Nullable Object> Next<S> close(S state) {
    return new Close<>(state);
  }

  /**
   * Goes on until the connection is idle, and then ends it in {@code handleShutdown}. The
   * connection is idle between two callbacks when nothing is unread, unsent or untold: nothing has
   * arrived that was not handled, no byte that was sent waits for the peer, and no message waits
   * for the handler. A callback that answers {@link #proceed} until then does not change that.
   */
  static <S extends @Nullable Object> Next<S> closeWhenIdle(S state) {
    return new CloseWhenIdle<>(state);
  }

  /**
   * Ends the connection in {@code handleError}, or in {@code handleTimeout} when {@code reason} is
   * a {@link ReadTimeoutException}.
   */
  static <S extends @Nullable Object> Next<S> fail(Throwable reason, S state) {
    return new Fail<>(reason, state);
  }

  /**
   * Goes on over another transport, laid on top of this one: STARTTLS. The new transport's
   * handshake has the handshake timeout. When the handshake does not succeed, or {@code transport}
   * is not there or cannot be laid over this one, the connection ends in {@code handleError}. Bytes
   * not yet read belong to the new transport.
   *
   * @param transport the {@code transport.name} of the transport to switch to
   * @param options the options of that transport, which documents its keys
   */
  static <S extends @Nullable Object> SwitchTransport<S> switchTransport(
      String transport, Map<String, Object> options, S state) {
    return new SwitchTransport<>(transport, options, state, ReadTimeout.AS_BEFORE);
  }

  /** See {@link Next#proceed}. */
  record Proceed<S extends @Nullable Object>(S state, ReadTimeout readTimeout) implements Next<S> {
    @SuppressWarnings("NullAway") // a state may be null
    private static final Proceed<@Nullable Object> STATELESS =
        new Proceed<>(null, ReadTimeout.AS_BEFORE);

    public Proceed {
      Objects.requireNonNull(readTimeout, "readTimeout");
    }

    /** The most frequent answer of a handler without a state; made once. */
    @SuppressWarnings("unchecked") // null is of every type
    private static <S extends @Nullable Object> Proceed<S> stateless() {
      return (Proceed<S>) STATELESS;
    }

    /**
     * The same, but the next data must come within {@code once}, counted from now; after that data
     * the read timeout is as before.
     *
     * @param once positive, or {@link ReadTimeout#FOREVER}
     */
    public Proceed<S> within(Duration once) {
      return new Proceed<>(state, new ReadTimeout.Once(once));
    }

    /**
     * The same, with a read timeout that stays in force until changed again.
     *
     * @param timeout positive, or {@link ReadTimeout#FOREVER}
     */
    public Proceed<S> withReadTimeout(Duration timeout) {
      return new Proceed<>(state, new ReadTimeout.Always(timeout));
    }
  }

  /** See {@link Next#closeWhenIdle}. */
  record CloseWhenIdle<S extends @Nullable Object>(S state) implements Next<S> {}

  /** See {@link Next#close}. */
  record Close<S extends @Nullable Object>(S state) implements Next<S> {}

  /** See {@link Next#fail}. */
  record Fail<S extends @Nullable Object>(Throwable reason, S state) implements Next<S> {
    public Fail {
      Objects.requireNonNull(reason, "reason");
    }
  }

  /** See {@link Next#switchTransport}. */
  record SwitchTransport<S extends @Nullable Object>(
      String transport, Map<String, Object> options, S state, ReadTimeout readTimeout)
      implements Next<S> {
    public SwitchTransport {
      Objects.requireNonNull(transport, "transport");
      Objects.requireNonNull(readTimeout, "readTimeout");
      options = Map.copyOf(options);
    }

    /** As {@link Proceed#within}, from the end of the new transport's handshake. */
    public SwitchTransport<S> within(Duration once) {
      return new SwitchTransport<>(transport, options, state, new ReadTimeout.Once(once));
    }

    /** As {@link Proceed#withReadTimeout}. */
    public SwitchTransport<S> withReadTimeout(Duration timeout) {
      return new SwitchTransport<>(transport, options, state, new ReadTimeout.Always(timeout));
    }

    /** The options by their names only: a value may be a password. */
    @Override
    public String toString() {
      return "SwitchTransport[transport=%s, options=%s, state=%s, readTimeout=%s]"
          .formatted(transport, new TreeSet<>(options.keySet()), state, readTimeout);
    }
  }
}
