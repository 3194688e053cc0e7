// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.shell;

import io.thousandisland.handler.SocketRef;
import io.thousandisland.server.ConnectionInfo;
import io.thousandisland.server.Drain;
import io.thousandisland.server.Drained;
import io.thousandisland.server.Server;
import io.thousandisland.server.ServerInfo;
import io.thousandisland.server.Status;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntPredicate;

/** Like another server, but its drain ends only when {@link #result} completes. */
final class SlowServer implements Server {

  final CountDownLatch asked = new CountDownLatch(1);
  final CompletableFuture<Drained> result = new CompletableFuture<>();
  private final String name;
  private final Server like;

  SlowServer(String name, Server like) {
    this.name = name;
    this.like = like;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Status status() {
    return like.status();
  }

  @Override
  public ServerInfo info() {
    return like.info();
  }

  @Override
  public List<ConnectionInfo> connections() {
    return like.connections();
  }

  @Override
  public Optional<SocketRef> connection(long id) {
    return Optional.empty();
  }

  @Override
  public void suspend() {}

  @Override
  public void resume() {}

  @Override
  public void retry() {}

  @Override
  public Drain drain() {
    asked.countDown();
    return new Drain() {
      @Override
      public String what() {
        return "server";
      }

      @Override
      public Progress progress() {
        return new Progress(Phase.ADVICE, 1, 0, Duration.ZERO);
      }

      @Override
      public void cutShort() {}

      @Override
      public CompletableFuture<Drained> result() {
        return result;
      }
    };
  }

  @Override
  public Drain drain(Duration readyDelay) {
    return drain();
  }

  @Override
  public Drain drainAcceptor(int number) {
    return drain();
  }

  @Override
  public Drain drainRolling() {
    return drain();
  }

  @Override
  public Drain drainGeneration(int number) {
    return drain();
  }

  @Override
  public Drain drainConnection(long id) {
    return drain();
  }

  @Override
  public Drain drainAddress(String block) {
    return drain();
  }

  @Override
  public boolean awaitConnections(IntPredicate wanted, Duration limit) {
    return false;
  }

  @Override
  public List<Drain> drains() {
    return List.of();
  }
}
