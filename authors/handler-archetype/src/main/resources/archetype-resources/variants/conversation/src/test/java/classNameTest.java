package ${package};

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.thousandisland.server.Drained;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.testing.TestClient;
import io.thousandisland.testing.TestServer;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ${className}Test {

  @AutoClose private TestServer server;

  @BeforeEach
  void serve() throws Exception {
    server = TestServer.of(new ${className}());
  }

  @Test
  void ordersAreTaken() throws Exception {
    try (var client = guest()) {
      assertEquals("What?", client.ask("order"));
      assertEquals("How many?", client.ask("tea"));
      assertEquals("Order 1: 2 tea for Ann", client.ask("2"));
      assertEquals("Goodbye, Ann.", client.ask("quit"));
      assertNull(client.line());
    }
  }

  @Test
  void answersMayComeBeforeTheQuestionsAndInPieces() throws Exception {
    try (var client = guest()) {
      client.send("order\r\ntea\n2\nor");
      assertEquals("What?", client.line());
      assertEquals("How many?", client.line());
      assertEquals("Order 1: 2 tea for Ann", client.line());
      assertEquals("What?", client.ask("der"));
    }
  }

  @Test
  void connectionGoesOnWithTheNextVersionBetweenTwoOrders() throws Exception {
    try (var client = guest()) {
      client.send("order\ntea\n2\n");
      assertEquals("Order 1: 2 tea for Ann", lines(client, 3));
      server.replace(new ${className}()); // what an update of the bundle does
      client.send("order\nmilk\n1\n");
      assertEquals("Order 2: 1 milk for Ann", lines(client, 3));
      server.events().await(TelemetryEvent.ConnectionMigrated.class);
    }
  }

  @Test
  void updateWaitsForTheOrderThatIsBeingTaken() throws Exception {
    try (var client = guest()) {
      assertEquals("What?", client.ask("order"));
      var update = new FutureTask<Drained>(() -> server.replace(new ${className}()));
      Thread.ofVirtual().start(update);
      assertEquals("How many?", client.ask("tea"));
      assertEquals("Order 1: 2 tea for Ann", client.ask("2"));
      assertEquals(1, update.get(20, TimeUnit.SECONDS).migrated());
      client.send("order\nmilk\n1\n");
      assertEquals("Order 2: 1 milk for Ann", lines(client, 3));
    }
  }

  /** A client that has said who it is. */
  private TestClient guest() throws Exception {
    TestClient client = server.connect();
    assertEquals("Who are you?", client.line());
    assertEquals("Hello, Ann. Say order or quit.", client.ask("Ann"));
    return client;
  }

  /** Reads lines, and returns the last one. */
  private static String lines(TestClient client, int count) throws Exception {
    String line = null;
    for (int i = 0; i < count; i++) {
      line = client.line();
    }
    return line;
  }
}
