package org.example.tally.test;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.thousandisland.testing.TestServer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.example.tally.TallyHandler;

class TallyHandlerTest {

  @AutoClose private TestServer server;

  @BeforeEach
  void serve() throws Exception {
    server = TestServer.of(new TallyHandler());
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
      server.replace(new TallyHandler());
      assertEquals("2 half a line", client.ask("line"));
    }
  }
}
