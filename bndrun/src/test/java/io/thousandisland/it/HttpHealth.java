// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** Felix Health Checks, in {@link Jetty}. */
final class HttpHealth implements AutoCloseable {

  private static final String SERVLET =
      "org.apache.felix.hc.core.impl.servlet.HealthCheckExecutorServlet";

  private final BundleContext context;
  private final Jetty jetty;
  private final Configuration servlet;

  HttpHealth(BundleContext context, ConfigurationAdmin configurations) throws Exception {
    this.context = context;
    this.jetty = new Jetty(context, "health.dir");
    this.servlet = configurations.getFactoryConfiguration(SERVLET, "test", "?");
    servlet.update(new Hashtable<>(Map.of("servletPath", "/health", "format", "txt")));
    Awaitility.await("the servlet is there")
        .until(() -> get("/health.txt?tags=liveness").statusCode() < 300);
  }

  HttpResponse<String> get(String path) throws Exception {
    URI address = URI.create(jetty.address()).resolve(path);
    try (var client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  @Override
  public void close() throws Exception {
    servlet.delete();
    jetty.close();
    Loaders.refresh(context, List.of());
  }
}
