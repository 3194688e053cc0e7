// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.server.Server;
import io.thousandisland.server.Status;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.test.common.annotation.InjectBundleContext;

/** S7: the properties of the Server service follow the server. */
class ServicePropertiesTest {

  @InjectBundleContext BundleContext context;

  private static Map<String, Object> echoWith(String key, Object value) {
    var settings = new HashMap<String, Object>();
    settings.put("handler.target", "(handler.name=echo)");
    settings.put("drainTimeout", "5s");
    settings.put("shutdownTimeout", "5s");
    settings.put(key, value);
    return settings;
  }

  private static int port(SocketAddress address) {
    return ((InetSocketAddress) address).getPort();
  }

  @Test
  void s7HostPortAndStatusFollowTheConfigurationAndTheLife() throws Exception {
    try (var server = new ConfiguredServer(context, "moved", echoWith("host", "127.0.0.1"))) {
      ServiceReference<Server> reference = server.await(Status.RUNNING);
      Server service = context.getService(reference);
      assertThat(reference.getProperty(Server.HOST)).isEqualTo("127.0.0.1");

      server.configure(echoWith("host", "localhost"));
      server.await("(&(server.host=localhost)(server.status=RUNNING)(server.port=*))");

      service.suspend();
      server.await("(&(server.status=SUSPENDED)(!(server.port=*)))");
      service.resume();
      reference = server.await(Status.RUNNING);
      assertThat(reference.getProperty(Server.PORT))
          .isEqualTo(service.info().address().map(ServicePropertiesTest::port).orElseThrow());
    }
  }

  @Test
  void s7FirstConfigurationThatWasWrongLeavesNoTraceOnceItIsMended() throws Exception {
    try (var server = new ConfiguredServer(context, "mended", echoWith("acceptors", "many"))) {
      server.await("(&(server.status=FAILED)(server.host=127.0.0.1))");
      server.configure(echoWith("host", "localhost"));
      ServiceReference<Server> reference = server.await(Status.RUNNING);
      assertThat(reference.getProperty(Server.HOST)).isEqualTo("localhost");
      assertThat(context.getService(reference).info().reason()).isEmpty();
    }
  }
}
