package io.thousandisland.transport.tcp;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.transport.InheritedSocketAddress;
import io.thousandisland.transport.ListenAt;
import java.net.BindException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A process that has inherited no socket. The acceptance tests have one that has. */
class InheritedSocketTest {

  @Test
  void processWithoutAnInheritedSocketSaysWhatItNeeds() throws Exception {
    var transport = new TcpTransport();
    try {
      var at = new ListenAt(InheritedSocketAddress.INSTANCE, 8, Map.of());
      assertThatThrownBy(() -> transport.listen(at))
          .isInstanceOf(BindException.class)
          .hasMessage(
              "inherited: the standard input is no socket; a listening socket is needed there"
                  + " (systemd: StandardInput=socket)");
    } finally {
      transport.stop();
    }
  }
}
