// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.it.handlers.CountingHandler;
import io.thousandisland.server.HandlerCatalog;
import io.thousandisland.server.HandlerInfo;
import io.thousandisland.server.HandlerInfo.Binding;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;

/** The handlers that exist, as code sees them. */
@Timeout(120)
class HandlerCatalogTest {

  @InjectBundleContext BundleContext context;

  private final List<Bundle> installed = new ArrayList<>();

  @AfterEach
  void uninstall() throws Exception {
    for (Bundle bundle : installed) {
      bundle.uninstall();
    }
  }

  private Bundle install(InputStream content) throws Exception {
    Bundle bundle = context.installBundle("test:catalog-" + installed.size(), content);
    installed.add(bundle);
    return bundle;
  }

  private List<HandlerInfo> named(String name) {
    return context.getService(context.getServiceReference(HandlerCatalog.class)).handlers().stream()
        .filter(info -> info.name().equals(name))
        .toList();
  }

  private static MadeBundle declaring(String name) {
    return new MadeBundle(name + ".bundle")
        .header(
            "Provide-Capability", "io.thousandisland.handler;io.thousandisland.handler=" + name);
  }

  @Test
  void buildTimeIsTheOneInTheManifest() throws Exception {
    install(declaring("dated").header("Bnd-LastModified", "1700000000000").file("a", "b").stream());
    assertThat(named("dated").getFirst().built())
        .hasValue(Instant.ofEpochMilli(1_700_000_000_000L));
  }

  @Test
  void buildTimeIsThatOfTheNewestFileWhenTheManifestHasNone() throws Exception {
    Instant before = Instant.now().minusSeconds(2); // a jar stores times in steps of two seconds
    install(declaring("fresh").file("deep/in/folders/a", "b").stream());
    assertThat(named("fresh").getFirst().built())
        .hasValueSatisfying(
            built -> assertThat(built).isBetween(before, Instant.now().plusSeconds(2)));
  }

  @Test
  void buildTimeThatIsNoneIsLeftOut() throws Exception {
    install(declaring("undated").header("Bnd-LastModified", "yesterday").stream());
    assertThat(named("undated").getFirst().built()).isEmpty();
  }

  @Test
  void eachHandlerIsListedWithItsConnectionsAndTheBestOfANameFirst() throws Exception {
    var settings =
        Map.<String, Object>of(
            "handler.target", "(handler.name=twice)",
            "drainTimeout", "1s",
            "shutdownTimeout", "5s");
    install(new HandlerBundle("first.handler", "twice", "v1", 1, CountingHandler.class).stream())
        .start();
    try (var server = new ConfiguredServer(context, "catalogued", settings);
        var client = new LineClient(server.port())) {
      assertThat(client.ask("a")).isEqualTo("1 v1 a");
      install(new HandlerBundle("second.handler", "twice", "v2", 2, CountingHandler.class).stream())
          .start();
      Awaitility.await().until(() -> server.server().info().generations().size() == 2);

      List<HandlerInfo> both = named("twice");

      assertThat(both)
          .extracting(HandlerInfo::bundle)
          .containsExactly("second.handler", "first.handler");
      assertThat(both.getFirst().bindings()).containsExactly(new Binding("catalogued", 2, true, 0));
      assertThat(both.getFirst().why()).isEmpty();
      assertThat(both.getLast().bindings()).containsExactly(new Binding("catalogued", 1, false, 1));
      assertThat(both.getLast().why())
          .isEqualTo(
              "server catalogued: handler twice 1.0.0 of bundle second.handler is preferred");
    }
  }
}
