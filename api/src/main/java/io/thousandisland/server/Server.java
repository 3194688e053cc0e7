// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.server;

import io.thousandisland.handler.SocketRef;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One running server. Registered as an OSGi service for each configuration of the factory PID
 * {@code io.thousandisland.server}, with the service properties {@code server.name}, {@code
 * server.host}, {@code server.port} (the actual one; absent while not bound), {@code
 * server.addresses} and {@code server.status}, which follow the server's life.
 *
 * <p>Thread: any.
 */
@ProviderType
public interface Server {

  /** Service property: {@link #name}. */
  String NAME = "server.name";

  /** Service property: the configured host, of the first address that has one. */
  String HOST = "server.host";

  /**
   * Service property: the port it listens at, an {@code Integer}; the first one of several; absent
   * while it listens at none.
   */
  String PORT = "server.port";

  /**
   * Service property: the addresses where it listens now, as texts: {@code 127.0.0.1:7777}, {@code
   * unix:/run/echo.sock}.
   */
  String ADDRESSES = "server.addresses";

  /** Service property: {@link #status}, as a string. */
  String STATUS = "server.status";

  /**
   * Service property: whether the server is ready, a {@code Boolean}: true while it is RUNNING.
   * While it is true, an OSGi Condition service with {@code osgi.condition.id} {@value #CONDITION}
   * and {@link #NAME} is registered, too.
   */
  String READY = "server.ready";

  /** The {@code osgi.condition.id} of the condition that is there while a server is ready. */
  String CONDITION = "io.thousandisland.server.ready";

  /** The configured name; the default is unique among the servers of a framework. */
  String name();

  Status status();

  /** A snapshot of everything worth showing. */
  ServerInfo info();

  /** The live connections, oldest first. */
  List<ConnectionInfo> connections();

  /**
   * A handle on one live connection, to tell it a message or to close it. It is found without a
   * look at the others.
   *
   * @param id as in {@link ConnectionInfo}
   * @return empty when there is no such connection
   */
  Optional<SocketRef> connection(long id);

  /**
   * Closes the listening channels: new connects are refused, live connections go on. Returns when
   * the channels are closed. Without effect when already suspended.
   */
  void suspend();

  /**
   * Listens again, at the same port as before, an ephemeral one included. Returns when the server
   * listens, or when the first try failed; {@link #status} tells which. Without effect when not
   * suspended.
   */
  void resume();

  /**
   * Tries at once, instead of a while later, the things that the server would try again by itself:
   * handlers that could not be obtained, and a configuration that was refused for a reason that may
   * have passed. Returns when the handlers have been tried, or after two seconds.
   */
  void retry();

  /**
   * Suspends, advises every connection to finish, and ends the connections that do not: handleDrain
   * at once, handleShutdown after the drain timeout, force after the shutdown timeout. Afterwards
   * the server is SUSPENDED, until {@link #resume}.
   *
   * <p>If {@code readyDelay} is configured, the server is first a lame duck for that time: it is
   * DRAINING and not ready, but accepts and serves as before.
   */
  Drain drain();

  /**
   * As {@link #drain()}, with another ready delay.
   *
   * <p>A server that is a lame duck already is not drained twice: the drain under way is returned,
   * and its ready delay ends after {@code readyDelay} at the latest. A lame duck that is suspended
   * begins to drain at once. One that is resumed drains, and goes on afterwards.
   *
   * @param readyDelay 0s to 24h; zero suspends at once
   * @throws IllegalArgumentException when {@code readyDelay} is another one
   */
  Drain drain(Duration readyDelay);

  /**
   * Does the same for the connections of one acceptor, which accepts nothing meanwhile and goes on
   * afterwards. The other acceptors serve as before.
   *
   * @param acceptor 1 to the number of acceptors
   * @throws IllegalArgumentException when there is no such acceptor
   */
  Drain drainAcceptor(int acceptor);

  /**
   * Does the same for one acceptor after the other, from the first to the last, each with the
   * timeouts to itself. At any time at most one acceptor accepts nothing, and the server goes on
   * serving.
   */
  Drain drainRolling();

  /**
   * Ends the connections of one handler generation. New connections go on being served: by the same
   * handler in a new generation, if the drained generation was the one that serves. While the
   * handler of the generation leaves, this is the drain that is under way for that.
   *
   * @param number as in {@link GenerationInfo}
   * @throws IllegalArgumentException when there is no such generation
   */
  Drain drainGeneration(int number);

  /**
   * Ends one connection: advice, shutdown, force.
   *
   * @param id as in {@link ConnectionInfo}
   * @throws IllegalArgumentException when there is no such connection
   */
  Drain drainConnection(long id);

  /**
   * Ends all live connections of a remote address: advice, shutdown, force. New connections of the
   * address are not kept out; the configuration's key {@code deny} does that.
   *
   * @param block an address, or a block in CIDR notation such as {@code 10.0.0.0/8}
   * @throws IllegalArgumentException when it is neither
   */
  Drain drainAddress(String block);

  /**
   * Waits until the number of live connections is as wanted, for example {@code n -> n == 0}.
   *
   * @param wanted called with the number, under no lock, after each change that it may have missed
   * @param limit the longest wait; zero only looks
   * @return false when the limit has passed before
   * @throws InterruptedException when the waiting thread is interrupted
   */
  boolean awaitConnections(IntPredicate wanted, Duration limit) throws InterruptedException;

  /**
   * The drains under way, oldest first: drains asked for here, and drains of handlers that leave.
   */
  List<Drain> drains();
}
