// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls to a server from its own handlers and listeners. */
@Timeout(60)
class FromInsideTest {

  /** The server, for code that it runs itself. */
  private final CompletableFuture<RunningServer> running = new CompletableFuture<>();

  private static final Map<String, Consumer<RunningServer>> CALLS =
      Map.of(
          "stop",
          RunningServer::stop,
          "replace",
          server -> server.replace(new LineHandler("next")),
          "withdraw",
          RunningServer::withdraw,
          "serve",
          server -> server.serve(new LineHandler("next")),
          "configure",
          server -> server.configure(changed -> changed.maxConnections(9)),
          "close",
          RunningServer::close);

  private String outcome(String call) {
    try {
      Objects.requireNonNull(CALLS.get(call)).accept(running.join());
      return "done";
    } catch (IllegalStateException refused) {
      return String.valueOf(refused.getMessage());
    }
  }

  /** Makes the call that each packet names, and answers with its outcome. */
  private final class Calling implements Handler<Void> {
    @Override
    public Next<Void> handleData(ByteBuffer data, Socket socket, Void state) throws IOException {
      String call = StandardCharsets.UTF_8.decode(data).toString().strip();
      socket.send(outcome(call) + "\n");
      return Next.proceed(state);
    }
  }

  private RunningServer start(ServerBuilder builder) {
    RunningServer server = builder.port(0).daemon().drainTimeout(Duration.ofSeconds(20)).start();
    running.complete(server);
    return server;
  }

  @Test
  void callThatWouldWaitForItsOwnCallbackIsRefused() throws Exception {
    try (var server = start(ThousandIsland.serve(new Calling()));
        var client = Client.of(server)) {
      for (String call : List.of("stop", "replace", "withdraw")) {
        assertThat(client.ask(call))
            .isEqualTo(
                call
                    + " of server calling would wait for itself in a callback of its connections;"
                    + " call it on another thread");
      }
      assertThat(client.ask("configure")).isEqualTo("done");
      assertThat(server.server().info().maxConnections()).isEqualTo(9);
    }
  }

  @Test
  void handlerClosesItsServerAndItsConnectionIsDrained() throws Exception {
    var server = start(ThousandIsland.serve(new Calling()));
    try (var client = Client.of(server)) {
      assertThat(client.ask("close")).isEqualTo("done");
      assertThat(client.line()).isEqualTo("null");
      assertThat(server.stop().graceful()).isEqualTo(1);
    }
  }

  @Test
  void listenerOnTheServersOwnThreadClosesTheServerAndIsRefusedTheRest() throws Exception {
    BlockingQueue<String> outcomes = new LinkedBlockingQueue<>();
    var server =
        start(
            ThousandIsland.serve(new LineHandler("one"))
                .name("watched")
                .listener(
                    event -> {
                      if (event instanceof TelemetryEvent.StatusChanged change
                          && change.to() == Status.SUSPENDED) {
                        List.of("stop", "replace", "withdraw", "serve", "configure", "close")
                            .forEach(call -> outcomes.add(call + ": " + outcome(call)));
                      }
                    }));
    Thread.ofVirtual().start(server.server()::suspend);
    for (String call : List.of("stop", "replace", "withdraw", "serve", "configure")) {
      assertThat(outcomes.poll(20, TimeUnit.SECONDS))
          .isEqualTo(
              call
                  + ": "
                  + call
                  + " of server watched would wait for itself in a listener; call it on another"
                  + " thread");
    }
    assertThat(outcomes.poll(20, TimeUnit.SECONDS)).isEqualTo("close: done");
    Awaitility.await().until(() -> server.server().status() == Status.STOPPED);
  }
}
