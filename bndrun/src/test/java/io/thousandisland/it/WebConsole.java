// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Base64;
import org.osgi.framework.BundleContext;

/** The Web Console with our page, in {@link Jetty}. */
final class WebConsole implements AutoCloseable {

  private static final String LOGIN =
      "Basic " + Base64.getEncoder().encodeToString("admin:admin".getBytes());

  private final HttpClient client = HttpClient.newHttpClient();
  private final Jetty jetty;

  WebConsole(BundleContext context) throws Exception {
    jetty = new Jetty(context, "web.dir");
  }

  HttpResponse<String> get(String path) throws Exception {
    return ask("GET", path, LOGIN);
  }

  /**
   * @param login the header, or empty for none
   */
  HttpResponse<String> ask(String method, String path, String login) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(jetty.address() + "system/console/" + path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (!login.isEmpty()) {
      request.header("Authorization", login);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> ask(String method, String path) throws Exception {
    return ask(method, path, LOGIN);
  }

  @Override
  public void close() throws Exception {
    client.shutdownNow();
    jetty.close();
  }
}
