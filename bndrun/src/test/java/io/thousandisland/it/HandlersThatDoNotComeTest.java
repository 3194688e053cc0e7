// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Handler;
import io.thousandisland.it.handlers.CountingHandler;
import io.thousandisland.it.handlers.TaggingHandler;
import io.thousandisland.it.handlers.TroublesomeHandler;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.test.common.annotation.InjectBundleContext;

/** L2: a handler that does not come is named, with the reason, in status, log and shell. */
@Timeout(120)
class HandlersThatDoNotComeTest {

  private static final String NOBODY = "no handler matches (handler.name=frail); ";
  private static final String COMPONENT =
      NOBODY
          + "component org.example.frail.FrailHandler of bundle org.example.frail 1.0.0 would, but ";

  @InjectBundleContext BundleContext context;
  @TempDir Path folder;

  private final List<Bundle> installed = new ArrayList<>();
  private LogLines log;
  private Shell shell;
  private ConfiguredServer server;

  @BeforeEach
  void serveNobody() throws Exception {
    log = new LogLines();
    shell = new Shell(context);
    server =
        new ConfiguredServer(
            context,
            "waiting",
            Map.of(
                "handler.target", "(handler.name=frail)",
                "handlerWait", "infinite",
                "drainTimeout", "5s",
                "shutdownTimeout", "5s"));
    server.await(Status.WAITING);
  }

  @AfterEach
  void close() throws Exception {
    server.close();
    for (Bundle bundle : installed.reversed()) {
      bundle.uninstall();
    }
    shell.close();
    log.close();
  }

  // ---- how bundles are made

  private Bundle install(InputStream content) throws Exception {
    Bundle bundle = context.installBundle("test:" + installed.size(), content);
    installed.add(bundle);
    return bundle;
  }

  /** A handler as an author writes it, with something in front of its class and in its body. */
  private Bundle compiled(String annotations, String body) throws Exception {
    String source =
        """
        package org.example.frail;
        import io.thousandisland.handler.*;
        import org.osgi.service.component.annotations.*;
        %s
        public final class FrailHandler implements Handler<Void> {
          %s
          @Override
          public Next<Void> handleData(java.nio.ByteBuffer data, Socket socket, Void state) throws Exception {
            socket.send(data);
            return Next.proceed(state);
          }
        }
        """
            .formatted(annotations, body);
    return install(
        new JavaSource("org.example.frail", "FrailHandler", source)
            .bundle(context, Files.createTempDirectory(folder, "build")));
  }

  private static MadeBundle described(String bundle) {
    return new MadeBundle(bundle)
        .header("Service-Component", "OSGI-INF/*.xml")
        .file(
            "OSGI-INF/frail.xml",
            """
            <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="frail.component" activate="activate">
              <implementation class="%s"/>
              <service><provide interface="io.thousandisland.handler.Handler"/></service>
              <property name="handler.name" value="frail"/>
              <property name="service.ranking" type="Integer" value="7"/>
            </scr:component>
            """
                .formatted(TaggingHandler.class.getName()));
  }

  private static void startInVain(Bundle bundle) {
    try {
      bundle.start();
      throw new AssertionError(bundle + " has started");
    } catch (BundleException expected) {
      assertThat(bundle.getState()).isEqualTo(Bundle.INSTALLED);
    }
  }

  // ---- the assertions about each

  /** Both the status and the log say {@code reason}; the log says it once. */
  private void assertTold(String reason) throws Exception {
    server.awaitReason(reason);
    assertThat(server.server().info().reason()).hasValue(reason);
    assertThat(server.server().status()).isEqualTo(Status.WAITING);
    log.await(line -> line.equals("INFO waiting: WAITING: " + reason));
    assertThat(log.lines().stream().filter(line -> line.endsWith("WAITING: " + reason))).hasSize(1);
    assertThat(oneLine(shell.run("ti:servers"))).contains(oneLine(reason));
  }

  /** The shell lists a handler of that name, bundle and ranking that serves nobody. */
  private void assertListed(String name, int ranking, String bundle, String why) throws Exception {
    String table = shell.run("ti:handlers");
    assertThat(table.lines())
        .anyMatch(
            line ->
                line.matches(name + " +" + ranking + " +" + bundle + " +1\\.0\\.0 +\\d{4}-.* +-"))
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    assertThat(oneLine(table)).contains(oneLine(why));
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", "");
  }

  private void assertServes() throws Exception {
    try (var client = new Client(server.port())) {
      client.send("x");
      assertThat(client.reply(1)).isEqualTo("x");
    }
  }

  // ---- the reasons

  @Test
  void othersAreThereAndNoneMatches() throws Exception {
    assertTold(NOBODY + "there is echo");
    Bundle other = install(new HandlerBundle("other.handler", "other", "v1").stream());
    other.start();
    assertTold(NOBODY + "there are echo, other");
    assertListed("other", 0, "other.handler", "no server has a handler.target that matches");
  }

  @Test
  void noneIsThereAtAll() throws Exception {
    Bundle echo = Bundles.named(context, "io.thousandisland.handlers.echo");
    echo.stop();
    try {
      assertTold(NOBODY + "there is no handler at all");
    } finally {
      echo.start();
    }
  }

  @Test
  void itsActivationFails() throws Exception {
    install(
            new HandlerBundle("frail.handler", "frail", "vBroken", 3, TroublesomeHandler.class)
                .stream())
        .start();
    String why = "cannot be obtained: java.lang.IllegalStateException: broken on purpose";
    assertTold("handler frail 1.0.0 of bundle frail.handler " + why);
    assertListed("frail", 3, "frail.handler", why);
  }

  @Test
  void itsReferenceFindsNoServiceUntilOneComesAndAgainWhenThatHasGone() throws Exception {
    Bundle frail =
        compiled(
            "@Component @HandlerName(\"frail\")",
            "@Reference(target = \"(store=1)\") java.util.function.Supplier<String> store;");
    frail.start();
    String why =
        "its reference store finds no service java.util.function.Supplier that matches (store=1)";
    assertTold(COMPONENT + why);
    assertListed("frail", 0, "org.example.frail", why);

    var properties = new Hashtable<String, Object>(Map.of("store", 1));
    ServiceRegistration<?> store =
        context.registerService("java.util.function.Supplier", new Store(), properties);
    try {
      assertServes();
    } finally {
      store.unregister();
    }
    server.awaitReason(COMPONENT + why);
  }

  private static final class Store implements java.util.function.Supplier<String> {
    @Override
    public String get() {
      return "";
    }
  }

  @Test
  void itHasNoConfigurationUntilOneComes() throws Exception {
    Bundle frail =
        compiled(
            "@Component(configurationPid = \"org.example.pid\", configurationPolicy ="
                + " ConfigurationPolicy.REQUIRE) @HandlerName(\"frail\")",
            "");
    frail.start();
    String why = "it has no configuration with the PID org.example.pid";
    assertTold(COMPONENT + why);
    assertListed("frail", 0, "org.example.frail", why);

    ConfigurationAdmin admin =
        context.getService(context.getServiceReference(ConfigurationAdmin.class));
    Configuration configuration = admin.getConfiguration("org.example.pid", "?");
    configuration.update(new Hashtable<>(Map.of("key", "value")));
    try {
      assertServes();
    } finally {
      configuration.delete();
    }
  }

  @Test
  void itIsDisabled() throws Exception {
    compiled("@Component(enabled = false) @HandlerName(\"frail\")", "").start();
    assertTold(COMPONENT + "it is disabled");
    assertListed("frail", 0, "org.example.frail", "it is disabled");
  }

  @Test
  void itsBundleMissesAPackage() throws Exception {
    startInVain(
        install(
            described("frail.bundle")
                .header("Import-Package", "org.missing;version=\"[1.2,2)\"")
                .stream()));
    String why =
        "its bundle cannot be resolved: it needs package org.missing [1.2.0,2.0.0), which nobody"
            + " provides";
    assertTold(NOBODY + "component frail.component of bundle frail.bundle 1.0.0 would, but " + why);
    assertListed("frail", 7, "frail.bundle", why);
  }

  @Test
  void itsBundleWasBuiltForANewerApi() throws Exception {
    startInVain(
        install(
            described("frail.bundle")
                .header("Import-Package", "io.thousandisland.handler;version=\"[9,10)\"")
                .stream()));
    String why =
        "its bundle cannot be resolved: it needs package io.thousandisland.handler"
            + " [9.0.0,10.0.0), and there is 1.0.0";
    assertTold(NOBODY + "component frail.component of bundle frail.bundle 1.0.0 would, but " + why);
  }

  @Test
  void itsBundleWasBuiltForANewerJava() throws Exception {
    startInVain(
        install(
            new MadeBundle("frail.bundle")
                    .header(
                        "Provide-Capability",
                        "io.thousandisland.handler;io.thousandisland.handler=frail")
                    .header(
                        "Require-Capability", "osgi.ee;filter:=\"(&(osgi.ee=JavaSE)(version=99))\"")
                    .stream()));
    String why =
        "its bundle cannot be resolved: it needs JavaSE 99, and this is Java "
            + Runtime.version().feature();
    assertTold(NOBODY + "bundle frail.bundle 1.0.0 would, but " + why);
    assertListed("frail", 0, "frail.bundle", why);
  }

  @Test
  void itsBundleNeedsAnotherOneThatCannotBeResolvedEither() throws Exception {
    install(
        new MadeBundle("frail.library")
                .header("Export-Package", "org.library;version=1.0.0")
                .header("Import-Package", "org.missing")
                .stream());
    startInVain(
        install(described("frail.bundle").header("Import-Package", "org.library").stream()));
    assertTold(
        NOBODY
            + "component frail.component of bundle frail.bundle 1.0.0 would, but its bundle cannot"
            + " be resolved: it needs bundle frail.library 1.0.0, which cannot be resolved either:"
            + " it needs package org.missing, which nobody provides");
  }

  @Test
  void itsBundleIsNotStarted() throws Exception {
    Bundle frail = compiled("@Component @HandlerName(\"frail\")", "");
    assertTold(COMPONENT + "its bundle is not started");
    assertListed("frail", 0, "org.example.frail", "its bundle is not started");

    frail.start();
    assertServes();
  }

  @Test
  void itsComponentDescriptionIsBroken() throws Exception {
    Bundle frail =
        install(
            new MadeBundle("frail.bundle")
                    .header("Service-Component", "OSGI-INF/frail.xml")
                    .header("Import-Package", "io.thousandisland.handler")
                    .file(
                        "OSGI-INF/frail.xml",
                        "<component><provide interface=\"" + Handler.class.getName())
                    .stream());
    frail.start();
    String why = "its component description OSGI-INF/frail.xml is broken";
    assertTold(NOBODY + "there is echo; bundle frail.bundle 1.0.0 may be meant, but " + why);
    assertListed("-", 0, "frail.bundle", why);
  }

  @Test
  void itHasNoName() throws Exception {
    compiled("@Component(property = \"service.ranking:Integer=9\")", "").start();
    String why = "its service has no handler.name";
    assertTold(
        NOBODY
            + "there is echo; component org.example.frail.FrailHandler of bundle org.example.frail"
            + " 1.0.0 may be meant, but "
            + why);
    assertListed("-", 9, "org.example.frail", why);
  }

  @Test
  void itsClassComesFromAnotherVersionOfTheApi() throws Exception {
    var api =
        new MadeBundle("other.api")
            .header("Export-Package", "io.thousandisland.handler;version=9.0.0");
    String path = "/" + Handler.class.getPackageName().replace('.', '/');
    var classes =
        Bundles.named(context, "io.thousandisland.api").findEntries(path, "*.class", false);
    for (var entry : Collections.list(classes)) {
      try (InputStream bytes = entry.openStream()) {
        api = api.file(entry.getPath().substring(1), bytes.readAllBytes());
      }
    }
    install(api.stream());
    install(
            described("frail.bundle")
                .header("Import-Package", "io.thousandisland.handler;version=\"[9,10)\"")
                .code(TaggingHandler.class)
                .stream())
        .start();
    String why =
        "its io.thousandisland.handler.Handler is not the server's: it comes from bundle other.api"
            + " 1.0.0";
    assertTold(NOBODY + "component frail.component of bundle frail.bundle 1.0.0 would, but " + why);
    assertListed("frail", 7, "frail.bundle", why);
  }

  @Test
  void anotherIsPreferred() throws Exception {
    install(new HandlerBundle("good.handler", "frail", "v1", 1).stream()).start();
    server.await(Status.RUNNING);
    install(new HandlerBundle("better.handler", "frail", "v2", 2).stream()).start();
    Awaitility.await().until(() -> server.server().info().generations().getLast().ranking() == 2);
    assertListed(
        "frail",
        1,
        "good.handler",
        "server waiting: handler frail 1.0.0 of bundle better.handler is preferred");
  }

  // ---- trying again

  /** A service factory that fails until the test lets it succeed. */
  private static final class Moody implements ServiceFactory<Handler<?>> {
    final AtomicInteger asked = new AtomicInteger();
    final AtomicBoolean willing = new AtomicBoolean();

    @Override
    public Handler<?> getService(Bundle bundle, ServiceRegistration<Handler<?>> registration) {
      asked.incrementAndGet();
      if (!willing.get()) {
        throw new IllegalStateException("not yet");
      }
      var handler = new CountingHandler();
      handler.activate(Map.of("tag", "v9"));
      return handler;
    }

    @Override
    public void ungetService(
        Bundle bundle, ServiceRegistration<Handler<?>> registration, Handler<?> service) {}
  }

  @Test
  void retryTriesAtOnce() throws Exception {
    var moody = new Moody();
    var properties = new Hashtable<String, Object>(Map.of("handler.name", "frail"));
    ServiceRegistration<?> registration = null;
    try (var events = new Events(context, "waiting")) {
      registration = context.registerService(Handler.class.getName(), moody, properties);
      // by then the third try is over, and the next one comes after 4 s
      Awaitility.await()
          .until(() -> events.of(TelemetryEvent.HandlerUnavailable.class).size() == 3);
      moody.willing.set(true);

      String table = shell.run("ti:retry waiting");

      assertThat(moody.asked).hasValue(4);
      assertThat(table).containsPattern("waiting +(STARTING|RUNNING)");
      server.await(Status.RUNNING);
    } finally {
      if (registration != null) {
        registration.unregister();
      }
    }
  }

  /** A component that takes a corrected configuration by its method annotated with Modified. */
  @Test
  void handlerWhosePropertiesHaveChangedIsTriedAtOnce() throws Exception {
    var moody = new Moody();
    var properties = new Hashtable<String, Object>(Map.of("handler.name", "frail"));
    ServiceRegistration<?> registration = null;
    try (var events = new Events(context, "waiting")) {
      registration = context.registerService(Handler.class.getName(), moody, properties);
      // by then the third try is over, and the next one comes after 4 s
      Awaitility.await()
          .until(() -> events.of(TelemetryEvent.HandlerUnavailable.class).size() == 3);
      moody.willing.set(true);

      properties.put("corrected", true);
      registration.setProperties(properties);

      assertThat(moody.asked).hasValue(4);
      server.await(Status.RUNNING);
    } finally {
      if (registration != null) {
        registration.unregister();
      }
    }
  }
}
