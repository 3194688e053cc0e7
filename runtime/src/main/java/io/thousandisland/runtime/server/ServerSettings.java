package io.thousandisland.runtime.server;

import io.thousandisland.handler.ReadTimeout;
import java.net.SocketOption;
import java.time.Duration;
import java.util.Map;

/**
 * One server's configuration, validated: an instance is always sound. The compact constructor is
 * the only validator; the component room turns configuration into this record, and reports what it
 * throws.
 *
 * <p>Defaults are those of Thousand Island where it has them.
 *
 * @param readTimeout counted from the last data; {@link ReadTimeout#FOREVER} for none
 * @param sendTimeout how long a peer may refuse to take data
 * @param drainTimeout how long connections may go on after the advice to finish; may be zero
 * @param shutdownTimeout what those left have together after that; may be zero
 * @param handlerWait how long the port stays bound without a handler; may be {@code FOREVER}
 * @param readBufferSize bytes of one pooled read buffer
 * @param unreadLimit the most bytes a handler may leave unread between callbacks
 * @param mailboxSize the most messages a connection's mailbox holds
 */
public record ServerSettings(
    String name,
    String host,
    int port,
    int backlog,
    int acceptors,
    int listenSockets,
    int maxConnections,
    WhenLimitReached whenLimitReached,
    Duration readTimeout,
    Duration sendTimeout,
    Duration handshakeTimeout,
    Duration drainTimeout,
    Duration shutdownTimeout,
    Duration handlerWait,
    WhenHandlerLeaves whenHandlerLeaves,
    WhenBetterHandlerArrives whenBetterHandlerArrives,
    int readBufferSize,
    int unreadLimit,
    int mailboxSize,
    int restarts,
    Duration restartWindow,
    Map<SocketOption<?>, Object> socketOptions) {

  /** What becomes of new connections while {@code maxConnections} are live. */
  public enum WhenLimitReached {
    /** They wait in the kernel's backlog. */
    PARK,
    /** They are accepted and closed at once. */
    REJECT
  }

  /** What becomes of a handler's connections when its service goes away. */
  public enum WhenHandlerLeaves {
    /** They are drained; the service is let go when the last one has ended. */
    DRAIN
  }

  /** What becomes of a handler's connections when a better one arrives. */
  public enum WhenBetterHandlerArrives {
    /** They stay with the handler they have. */
    KEEP,
    /** They are drained. */
    DRAIN
  }

  public ServerSettings {
    if (name.isBlank()) {
      throw new InvalidSetting("name", name, "a name of at least one character");
    }
    if (host.isBlank()) {
      throw new InvalidSetting("host", host, "a host name or an address");
    }
    between("port", port, 0, 65_535);
    between("backlog", backlog, 1, 65_535);
    between("acceptors", acceptors, 1, 1_024);
    between("listenSockets", listenSockets, 1, 64);
    if (listenSockets > acceptors) {
      throw new InvalidSetting(
          "listenSockets",
          listenSockets,
          "at most the number of acceptors (" + acceptors + "): each channel needs one");
    }
    between("maxConnections", maxConnections, 1, Integer.MAX_VALUE);
    positive("readTimeout", readTimeout);
    positive("sendTimeout", sendTimeout);
    positive("handshakeTimeout", handshakeTimeout);
    finite("drainTimeout", drainTimeout);
    finite("shutdownTimeout", shutdownTimeout);
    if (handlerWait.isNegative()) {
      throw new InvalidSetting("handlerWait", handlerWait, "0s or longer, or infinite");
    }
    between("readBufferSize", readBufferSize, 512, 1 << 24);
    between("unreadLimit", unreadLimit, readBufferSize, 1 << 30);
    between("mailboxSize", mailboxSize, 1, 1 << 20);
    between("restarts", restarts, 0, 1_000);
    positive("restartWindow", restartWindow);
    socketOptions = Map.copyOf(socketOptions);
  }

  /** The same with other timeouts for a drain. */
  public ServerSettings withDrain(Duration drain, Duration shutdown) {
    return new ServerSettings(
        name,
        host,
        port,
        backlog,
        acceptors,
        listenSockets,
        maxConnections,
        whenLimitReached,
        readTimeout,
        sendTimeout,
        handshakeTimeout,
        drain,
        shutdown,
        handlerWait,
        whenHandlerLeaves,
        whenBetterHandlerArrives,
        readBufferSize,
        unreadLimit,
        mailboxSize,
        restarts,
        restartWindow,
        socketOptions);
  }

  /** The settings of a server of which only the name is known. */
  public static ServerSettings defaults(String name) {
    return new ServerSettings(
        name,
        "127.0.0.1",
        0,
        1024,
        10,
        1,
        16_384,
        WhenLimitReached.PARK,
        Duration.ofSeconds(60),
        Duration.ofSeconds(30),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(15),
        Duration.ofSeconds(15),
        WhenHandlerLeaves.DRAIN,
        WhenBetterHandlerArrives.KEEP,
        16 * 1024,
        1 << 20,
        256,
        3,
        Duration.ofSeconds(5),
        Map.of());
  }

  private static void between(String key, long value, long least, long most) {
    if (value < least || value > most) {
      throw new InvalidSetting(key, value, "a whole number from " + least + " to " + most);
    }
  }

  private static void positive(String key, Duration value) {
    if (!value.isPositive()) {
      throw new InvalidSetting(key, value, "a duration longer than nothing");
    }
  }

  private static void finite(String key, Duration value) {
    if (value.isNegative() || value.compareTo(Duration.ofDays(1)) > 0) {
      throw new InvalidSetting(key, value, "0s to 24h");
    }
  }
}
