package io.thousandisland.it;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * The Web Console with our page, on a free port. Its bundles are there for the time of a test, so
 * that other tests run without Jetty.
 */
final class WebConsole implements AutoCloseable {

  private static final String LOGIN =
      "Basic " + Base64.getEncoder().encodeToString("admin:admin".getBytes());

  private final List<Bundle> bundles = new ArrayList<>();
  private final HttpClient client = HttpClient.newHttpClient();
  private final Configuration http;
  private final String address;

  /** Installs all jars of {@code target/web}, which the build has put there. */
  WebConsole(BundleContext injected) throws Exception {
    BundleContext context = injected.getBundle().getBundleContext();
    ConfigurationAdmin admin =
        context.getService(context.getServiceReference(ConfigurationAdmin.class));
    http = admin.getConfiguration("org.apache.felix.http", "?");
    Dictionary<String, Object> settings = new Hashtable<>();
    settings.put("org.osgi.service.http.port", 0);
    settings.put("org.apache.felix.http.host", "127.0.0.1");
    http.update(settings);
    try (Stream<Path> jars = Files.list(Path.of(context.getProperty("web.dir")))) {
      for (Path jar : jars.sorted().toList()) {
        bundles.add(context.installBundle(jar.toUri().toString()));
      }
    }
    for (Bundle bundle : bundles) {
      bundle.start();
    }
    address = Awaitility.await("endpoint").until(() -> endpoint(context), each -> !each.isEmpty());
  }

  /** Where Jetty listens after it has seen the configuration; empty before. */
  private static String endpoint(BundleContext context) {
    ServiceReference<?> runtime =
        context.getServiceReference("org.osgi.service.servlet.runtime.HttpServiceRuntime");
    Object endpoints = runtime == null ? null : runtime.getProperty("osgi.http.endpoint");
    Stream<?> all =
        endpoints instanceof Object[] several ? Stream.of(several) : Stream.ofNullable(endpoints);
    return all.map(Object::toString)
        .filter(each -> each.matches("http://127\\.0\\.0\\.1:\\d+/"))
        .filter(each -> !each.contains(":8080/"))
        .findFirst()
        .orElse("");
  }

  HttpResponse<String> get(String path) throws Exception {
    return ask("GET", path, LOGIN);
  }

  /**
   * @param login the header, or empty for none
   */
  HttpResponse<String> ask(String method, String path, String login) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(address + "system/console/" + path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (!login.isEmpty()) {
      request.header("Authorization", login);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> ask(String method, String path) throws Exception {
    return ask(method, path, LOGIN);
  }

  Bundle bundle(String symbolicName) {
    return bundles.stream()
        .filter(bundle -> bundle.getSymbolicName().equals(symbolicName))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() throws Exception {
    client.shutdownNow();
    for (Bundle bundle : bundles.reversed()) {
      uninstall(bundle);
    }
    http.delete();
  }

  private static void uninstall(Bundle bundle) throws BundleException {
    if (bundle.getState() != Bundle.UNINSTALLED) {
      bundle.uninstall();
    }
  }
}
