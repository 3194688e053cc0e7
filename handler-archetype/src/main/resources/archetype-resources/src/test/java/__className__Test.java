package ${package};

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ${className}Test {

  private TestServer server;

  @BeforeEach
  void serve() throws InterruptedException {
    server = new TestServer(new ${className}());
  }

  @AfterEach
  void stop() {
    server.close();
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
      server.replace(new ${className}());
      assertEquals("2 half a line", client.ask("line"));
    }
  }
}
