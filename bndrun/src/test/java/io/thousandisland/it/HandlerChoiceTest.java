// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.it.handlers.TaggingHandler;
import io.thousandisland.server.GenerationInfo;
import io.thousandisland.server.Status;
import java.nio.ByteBuffer;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.test.common.annotation.InjectBundleContext;

/** W1: the handler that serves new connections, and its changes while clients talk. */
@Timeout(300)
class HandlerChoiceTest {

  @InjectBundleContext BundleContext context;

  private static Map<String, Object> target(String filter) {
    return Map.of(
        "handler.target", filter,
        "drainTimeout", "5s",
        "shutdownTimeout", "5s",
        "handlerWait", "infinite",
        "whenHandlerLeaves", "drain",
        "whenBetterHandlerArrives", "keep");
  }

  private static Dictionary<String, Object> properties(String name, String tag, int ranking) {
    var properties = new Hashtable<String, Object>();
    properties.put("handler.name", name);
    properties.put("tag", tag);
    properties.put(Constants.SERVICE_RANKING, ranking);
    return properties;
  }

  @SuppressWarnings("rawtypes")
  private ServiceRegistration<Handler> register(String name, String tag, int ranking) {
    var handler = new TaggingHandler();
    handler.activate(Map.of("tag", tag));
    return context.registerService(Handler.class, handler, properties(name, tag, ranking));
  }

  private static void assertServes(ConfiguredServer server, String tag) throws Exception {
    try (var client = server.connect()) {
      assertThat(client.ask("new")).isEqualTo(tag + ":new");
    }
  }

  @Test
  void w1RankingThatChangesOnALiveServiceChangesWhoServesNewConnections() throws Exception {
    var first = register("risen", "h1", 1);
    var second = register("risen", "h2", 0);
    try (var server = new ConfiguredServer(context, "risen", target("(handler.name=risen)"));
        var old = server.connect()) {
      assertThat(old.ask("a")).isEqualTo("h1:a");

      second.setProperties(properties("risen", "h2", 2));
      assertServes(server, "h2");

      first.setProperties(properties("risen", "h1", 3));
      assertServes(server, "h1");

      first.setProperties(properties("risen", "h1", -1));
      assertServes(server, "h2");
      assertThat(old.ask("b")).isEqualTo("h1:b");
    } finally {
      first.unregister();
      second.unregister();
    }
  }

  @Test
  void w1HandlerThatNoLongerMatchesIsAsGoneAsOneThatLeft() throws Exception {
    var handler = register("renamed", "h1", 0);
    try (var server = new ConfiguredServer(context, "renamed", target("(handler.name=renamed)"));
        var client = server.connect()) {
      assertThat(client.ask("a")).isEqualTo("h1:a");

      handler.setProperties(properties("other", "h1", 0));

      assertThat(client.seesEnd()).isTrue();
      server.await(Status.WAITING);
      handler.setProperties(properties("renamed", "h1", 0));
      assertServes(server, "h1");
    } finally {
      handler.unregister();
    }
  }

  /** The service is the same, and so is the handler: its connections notice nothing. */
  @Test
  void w1PropertiesOfAServiceThatChangeInPlaceTakeEffect() throws Exception {
    var handler = register("described", "h1", 0);
    try (var server =
            new ConfiguredServer(context, "described", target("(handler.name=described)"));
        var client = server.connect()) {
      assertThat(client.ask("a")).isEqualTo("h1:a");

      handler.setProperties(properties("described", "h1", 5));
      Awaitility.await()
          .until(
              () -> server.server().info().generations().getLast(),
              generation -> generation.ranking() == 5 && generation.number() == 1);

      var promising = properties("described", "h1", 5);
      promising.put("handler.nonblocking", true);
      handler.setProperties(promising); // the handler runs on other threads from now on
      Awaitility.await()
          .until(
              () -> server.server().connections().getFirst().generation(), number -> number == 2);
      assertThat(client.ask("b")).isEqualTo("h1:b");

      handler.setProperties(properties("described", "h1", 5)); // the handler takes its promise back
      Awaitility.await()
          .until(
              () -> server.server().connections().getFirst().generation(), number -> number == 3);
      assertThat(client.ask("c")).isEqualTo("h1:c");
      assertThat(server.server().info().accepted()).isEqualTo(1);
    } finally {
      handler.unregister();
    }
  }

  @Test
  void s6TargetThatChangesWhileClientsTalkHandsNewConnectionsToTheOtherHandler() throws Exception {
    var before = register("before", "h1", 0);
    var after = register("after", "h2", 0);
    try (var server = new ConfiguredServer(context, "aimed", target("(handler.name=before)"));
        var client = server.connect()) {
      int port = server.port();
      assertThat(client.ask("a")).isEqualTo("h1:a");

      server.configure(target("(handler.name=after)"));

      assertThat(client.seesEnd()).isTrue();
      assertThat(server.port()).isEqualTo(port);
      assertServes(server, "h2");
      Awaitility.await() // the old generation ends a moment after its last client saw the end
          .until(
              () ->
                  server.server().info().generations().stream()
                      .map(GenerationInfo::handler)
                      .toList(),
              List.of("after")::equals);
    } finally {
      before.unregister();
      after.unregister();
    }
  }

  /** Gets the advice to finish, and goes on. */
  private static final class Stubborn implements Handler<Void> {
    @Override
    public Next<Void> handleData(ByteBuffer data, Socket socket, Void state) throws Exception {
      socket.send(ByteBuffer.wrap(new byte[] {'h', '1', ':'}), data);
      return Next.proceed(state);
    }

    @Override
    public Next<Void> handleDrain(Socket socket, Void state) {
      return Next.proceed(state);
    }
  }

  @Test
  void w8ServerAnswersAndTheOtherHandlerServesWhileTheOneBeforeStillDrains() throws Exception {
    var before =
        context.registerService(Handler.class, new Stubborn(), properties("stubborn", "h1", 0));
    var after = register("prompt", "h2", 0);
    try (var server = new ConfiguredServer(context, "torn", target("(handler.name=stubborn)"));
        var old = server.connect()) {
      assertThat(old.ask("a")).isEqualTo("h1:a");

      server.configure(target("(handler.name=prompt)"));
      Awaitility.await()
          .until(() -> server.server().info().generations().getLast().handler(), "prompt"::equals);

      assertServes(server, "h2");
      assertThat(old.ask("b")).isEqualTo("h1:b");
      assertThat(server.server().info().generations()).hasSize(2);
    } finally {
      before.unregister();
      after.unregister();
    }
  }

  @Test
  void w1OneHandlerServesTwoServersAndItsEndEndsItsConnectionsInBoth() throws Exception {
    var handler = register("shared", "h1", 0);
    try (var one = new ConfiguredServer(context, "one", target("(handler.name=shared)"));
        var two = new ConfiguredServer(context, "two", target("(handler.name=shared)"));
        var atOne = one.connect();
        var atTwo = two.connect()) {
      assertThat(atOne.ask("a")).isEqualTo("h1:a");
      assertThat(atTwo.ask("b")).isEqualTo("h1:b");

      handler.unregister();

      assertThat(atOne.seesEnd()).isTrue();
      assertThat(atTwo.seesEnd()).isTrue();
      one.await(Status.WAITING);
      two.await(Status.WAITING);
    }
  }

  @Test
  void w1TargetChoosesAHandlerThatIsNotTheBestRanked() throws Exception {
    var best = register("aimedat", "h1", 10);
    var chosen = register("aimedat", "h2", 0);
    String filter = "(&(handler.name=aimedat)(tag=h2))";
    try (var server = new ConfiguredServer(context, "choosy", target(filter))) {
      assertServes(server, "h2");
      assertThat(server.server().info().generations()).hasSize(1);
    } finally {
      best.unregister();
      chosen.unregister();
    }
  }
}
