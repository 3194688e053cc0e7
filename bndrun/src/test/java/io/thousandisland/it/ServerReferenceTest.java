// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.server.Server;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.test.common.annotation.InjectBundleContext;

/** S7: the framework resolves a bundle that requires a service of the runtime. */
class ServerReferenceTest {

  private static final String WATCHER =
      """
      package org.example.watch;

      import io.thousandisland.server.HandlerCatalog;
      import io.thousandisland.server.Server;
      import java.util.function.Supplier;
      import org.osgi.service.component.annotations.*;

      @Component
      public final class Watcher implements Supplier<String> {
        @Reference(target = "(&(server.name=watched)(server.ready=true))")
        volatile Server server;

        @Reference volatile HandlerCatalog handlers;

        @Override
        public String get() {
          return server.name() + ", one of its handlers is " + handlers.handlers().stream()
              .filter(handler -> handler.name().equals("echo")).findFirst().get().name();
        }
      }
      """;

  @InjectBundleContext BundleContext context;
  @TempDir Path folder;

  @Test
  void s7ComponentWithMandatoryReferencesIsThereWhileItsServerIsReady() throws Exception {
    var source = new JavaSource("org.example.watch", "Watcher", WATCHER);
    Bundle watcher = context.installBundle("test:watcher", source.bundle(context, folder));
    try {
      assertThat(watcher.getHeaders().get("Require-Capability"))
          .as("the test is about this requirement")
          .contains("(objectClass=io.thousandisland.server.Server)");
      watcher.start();
      assertThat(suppliers(watcher)).isEmpty();

      var settings = Map.<String, Object>of("handler.target", "(handler.name=echo)");
      try (var server = new ConfiguredServer(context, "watched", settings)) {
        server.port();
        Awaitility.await().until(() -> !suppliers(watcher).isEmpty());
        assertThat(context.getService(suppliers(watcher).getFirst()).get())
            .isEqualTo("watched, one of its handlers is echo");
      }

      Awaitility.await().until(() -> suppliers(watcher).isEmpty());
    } finally {
      watcher.uninstall();
    }
  }

  @SuppressWarnings("rawtypes")
  private List<ServiceReference<Supplier>> suppliers(Bundle of) throws Exception {
    Collection<ServiceReference<Supplier>> all = context.getServiceReferences(Supplier.class, null);
    return all.stream().filter(reference -> reference.getBundle().equals(of)).toList();
  }

  /** For a requirement that is effective at once the framework makes a wire. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "(objectClass=io.thousandisland.server.Server)",
        "(objectClass=io.thousandisland.server.HandlerCatalog)",
        "(&(objectClass=org.osgi.service.condition.Condition)(osgi.condition.id="
            + Server.CONDITION
            + "))"
      })
  void s7RequirementWithoutEffectiveIsWiredToTheRuntime(String filter) throws Exception {
    var made =
        new MadeBundle("requires.a.service")
            .header("Require-Capability", "osgi.service;filter:=\"" + filter + "\"");
    Bundle bundle = context.installBundle("test:requires", made.stream());
    try {
      bundle.start();
      assertThat(bundle.adapt(BundleWiring.class).getRequiredWires("osgi.service"))
          .extracting(BundleWire::getProvider)
          .extracting(revision -> revision.getBundle().getSymbolicName())
          .containsExactly("io.thousandisland.runtime");
    } finally {
      bundle.uninstall();
    }
  }
}
