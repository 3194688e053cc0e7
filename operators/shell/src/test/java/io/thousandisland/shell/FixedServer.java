// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.shell;

import io.thousandisland.handler.Counters;
import io.thousandisland.handler.SocketRef;
import io.thousandisland.server.ConnectionInfo;
import io.thousandisland.server.Drain;
import io.thousandisland.server.Drained;
import io.thousandisland.server.GenerationInfo;
import io.thousandisland.server.Limit;
import io.thousandisland.server.ListenerInfo;
import io.thousandisland.server.Server;
import io.thousandisland.server.ServerInfo;
import io.thousandisland.server.SettingInfo;
import io.thousandisland.server.Status;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntPredicate;

/** A server whose snapshot never changes. It remembers the commands that it got. */
record FixedServer(String name, List<String> told, Map<String, String> facts) implements Server {

  static final Instant STARTED = Instant.parse("2026-01-02T03:04:05Z");
  static final InetSocketAddress PEER = new InetSocketAddress("127.0.0.1", 50_000);

  FixedServer(String name) {
    this(name, Map.of());
  }

  /**
   * @param facts of its transport
   */
  FixedServer(String name, Map<String, String> facts) {
    this(name, new ArrayList<>(), facts);
  }

  @Override
  public Status status() {
    return Status.RUNNING;
  }

  @Override
  public ServerInfo info() {
    return new ServerInfo(
        name,
        Status.RUNNING,
        Optional.of("backlog is 0"),
        List.of(
            new ListenerInfo(
                "127.0.0.1:7777",
                Optional.of(new InetSocketAddress("127.0.0.1", 7777)),
                1,
                Optional.empty())),
        Optional.of("tcp"),
        facts,
        10,
        3,
        100,
        7,
        Map.of(Limit.ACCESS, 4L),
        List.of(
            new GenerationInfo(1, "echo", "1.0.0", 40, 0, false, 2),
            new GenerationInfo(2, "echo", "1.0.1", 41, 5, true, 1)),
        List.of(
            new SettingInfo("deny", "", true),
            new SettingInfo("option.password", "", false),
            new SettingInfo("readTimeout", "5s", false)),
        STARTED);
  }

  @Override
  public List<ConnectionInfo> connections() {
    var counters = new Counters(11, 1, 22, 2);
    return List.of(
        new ConnectionInfo(
            9,
            4,
            2,
            PEER,
            PEER,
            counters,
            STARTED,
            "ann",
            Duration.ofSeconds(125),
            5,
            6,
            Optional.of(Duration.ofMillis(90)),
            false));
  }

  @Override
  public Optional<SocketRef> connection(long id) {
    return Optional.empty();
  }

  @Override
  public void suspend() {
    told.add("suspend");
  }

  @Override
  public void resume() {
    told.add("resume");
  }

  @Override
  public void retry() {
    told.add("retry");
  }

  @Override
  public Drain drain() {
    return told("drain", new Drained(5, 3, 1, List.of("t1", "t2"), Duration.ofMillis(1234)));
  }

  @Override
  public Drain drain(Duration readyDelay) {
    return told("drain after " + readyDelay, Drained.NOTHING);
  }

  @Override
  public Drain drainAcceptor(int acceptor) {
    return told("drain " + acceptor, Drained.NOTHING);
  }

  @Override
  public Drain drainRolling() {
    return told("rolling", Drained.NOTHING);
  }

  @Override
  public Drain drainGeneration(int number) {
    return told("generation " + number, Drained.NOTHING);
  }

  @Override
  public Drain drainConnection(long id) {
    return told("connection " + id, Drained.NOTHING);
  }

  @Override
  public Drain drainAddress(String block) {
    return told("address " + block, Drained.NOTHING);
  }

  @Override
  public boolean awaitConnections(IntPredicate wanted, Duration limit) {
    told.add("await within " + limit);
    return wanted.test(3);
  }

  @Override
  public List<Drain> drains() {
    return List.of(
        new OverDrain(
            "generation 2", new Drained(2, 1, 0, List.of(), Duration.ofMillis(30)), told));
  }

  private Drain told(String what, Drained result) {
    told.add(what);
    return new OverDrain(what, result, told);
  }

  /** A drain that is over. */
  private record OverDrain(String what, Drained drained, List<String> told) implements Drain {
    @Override
    public Progress progress() {
      int ended = drained.migrated() + drained.graceful() + drained.forced();
      return new Progress(Phase.OVER, 0, ended, drained.took());
    }

    @Override
    public void cutShort() {
      told.add("cut " + what);
    }

    @Override
    public CompletableFuture<Drained> result() {
      return CompletableFuture.completedFuture(drained);
    }
  }
}
