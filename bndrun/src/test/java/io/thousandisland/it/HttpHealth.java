package io.thousandisland.it;

import java.io.File;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * Felix Health Checks and Jetty, for one test: they are installed here, so that other tests have no
 * Jetty beside them.
 */
final class HttpHealth implements AutoCloseable {

  private static final String SERVLET =
      "org.apache.felix.hc.core.impl.servlet.HealthCheckExecutorServlet";

  private final BundleContext context;
  private final List<Bundle> installed = new ArrayList<>();
  private final Configuration servlet;

  HttpHealth(BundleContext context, ConfigurationAdmin configurations) throws Exception {
    this.context = context.getBundle().getBundleContext();
    File[] jars = new File(context.getProperty("health.dir")).listFiles();
    for (File jar : jars == null ? new File[0] : jars) {
      installed.add(this.context.installBundle(jar.toURI().toString()));
    }
    for (Bundle bundle : installed) {
      bundle.start();
    }
    this.servlet = configurations.getFactoryConfiguration(SERVLET, "test", "?");
    servlet.update(new Hashtable<>(Map.of("servletPath", "/health", "format", "txt")));
    Awaitility.await("the servlet is there")
        .until(() -> get("/health.txt?tags=liveness").statusCode() < 300);
  }

  HttpResponse<String> get(String path) throws Exception {
    try (var client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create(endpoint() + path)).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  private String endpoint() {
    ServiceReference<?> jetty =
        Awaitility.await("Jetty is there")
            .until(
                () ->
                    context.getServiceReference(
                        "org.osgi.service.servlet.runtime.HttpServiceRuntime"),
                found -> found != null && found.getProperty("osgi.http.endpoint") != null);
    Object endpoints = jetty.getProperty("osgi.http.endpoint");
    String first = endpoints instanceof String[] many ? many[0] : String.valueOf(endpoints);
    return first.replaceAll("/$", "");
  }

  @Override
  public void close() throws Exception {
    servlet.delete();
    for (Bundle bundle : installed.reversed()) {
      bundle.uninstall();
    }
    Loaders.refresh(context, List.of());
  }
}
