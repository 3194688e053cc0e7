package org.example.tally;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.thousandisland.testing.TestServer;
import org.junit.jupiter.api.Test;

class TallyHandlerTest {

  @Test
  void connectionGoesOnWithTheNextVersionInTheMiddleOfALine() throws Exception {
    try (var server = TestServer.of(new TallyHandler());
        var client = server.connect()) {
      assertEquals("1 a", client.ask("a"));
      client.send("half a ");
      server.replace(new TallyHandler()); // what an update of the bundle does
      assertEquals("2 half a line", client.ask("line"));
    }
  }
}
