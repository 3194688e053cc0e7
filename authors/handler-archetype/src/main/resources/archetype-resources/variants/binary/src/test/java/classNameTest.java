package ${package};

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.testing.TestClient;
import io.thousandisland.testing.TestServer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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
  void framesAreNumbered() throws Exception {
    try (var client = server.connect()) {
      client.send(frame("a"));
      assertEquals("1 a", reply(client));
      client.send(frame(""));
      assertEquals("2 ", reply(client));
    }
  }

  @Test
  void connectionGoesOnWithTheNextVersionInTheMiddleOfAFrame() throws Exception {
    byte[] frame = frame("hello");
    try (var client = server.connect()) {
      client.send(frame("a"));
      assertEquals("1 a", reply(client));
      client.send(Arrays.copyOf(frame, 6));
      server.replace(new ${className}()); // what an update of the bundle does
      client.send(Arrays.copyOfRange(frame, 6, frame.length));
      assertEquals("2 hello", reply(client));
      server.events().await(TelemetryEvent.ConnectionMigrated.class);
    }
  }

  @Test
  void tooLongAFrameEndsItsConnectionOnly() throws Exception {
    try (var client = server.connect();
        var other = server.connect()) {
      client.send((byte) 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff); // two gigabytes, it says
      assertArrayEquals(new byte[0], client.readToEnd());
      other.send(frame("a"));
      assertEquals("1 a", reply(other));
    }
  }

  private static byte[] frame(String content) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(4 + bytes.length).putInt(bytes.length).put(bytes).array();
  }

  /** The number and the content of the next reply. */
  private static String reply(TestClient client) throws Exception {
    int length = ByteBuffer.wrap(client.read(4)).getInt();
    ByteBuffer content = ByteBuffer.wrap(client.read(length));
    return content.getInt() + " " + StandardCharsets.UTF_8.decode(content);
  }
}
