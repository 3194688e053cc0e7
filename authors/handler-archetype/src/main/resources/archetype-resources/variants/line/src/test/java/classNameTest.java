package ${package};

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.testing.TestServer;
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
  void linesAreNumbered() throws Exception {
    try (var client = server.connect()) {
      assertEquals("1 a", client.ask("a"));
      assertEquals("2 b", client.ask("b"));
    }
  }

  @Test
  void connectionGoesOnWithTheNextVersionInTheMiddleOfALine() throws Exception {
    try (var client = server.connect()) {
      assertEquals("1 a", client.ask("a"));
      client.send("half a ");
      server.replace(new ${className}()); // what an update of the bundle does
      assertEquals("2 half a line", client.ask("line"));
      server.events().await(TelemetryEvent.ConnectionMigrated.class);
    }
  }

  @Test
  void tooLongALineEndsItsConnectionOnly() throws Exception {
    try (var client = server.connect();
        var other = server.connect()) {
      client.send("x".repeat(10_000));
      assertNull(client.line());
      assertEquals("1 a", other.ask("a"));
    }
  }
}
