// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.absence;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.HandlerName;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleRevision;

/**
 * The handlers that a bundle describes before any of its code runs: in its component descriptions,
 * else in its manifest. The bundle need not be resolved.
 */
public final class DescribedHandlers {
  private DescribedHandlers() {}

  /**
   * One handler.
   *
   * @param component name of the handler's component; empty when it is not known
   * @param trouble the problem with the description; null when there is none
   */
  record Described(String component, Map<String, Object> properties, @Nullable String trouble) {}

  static List<Described> in(Bundle bundle) {
    var found = new ArrayList<Described>();
    for (String path : descriptions(bundle)) {
      URL entry = bundle.getEntry(path);
      if (entry != null) {
        found.addAll(read(entry, path));
      }
    }
    return found.isEmpty() ? declared(bundle) : found;
  }

  /** The files that the header {@code Service-Component} names; the last part may be a pattern. */
  private static List<String> descriptions(Bundle bundle) {
    String header = bundle.getHeaders("").get("Service-Component");
    return header == null
        ? List.of()
        : Stream.of(header.split(","))
            .map(String::strip)
            .filter(path -> !path.isEmpty())
            .flatMap(path -> path.contains("*") ? matching(bundle, path) : Stream.of(path))
            .toList();
  }

  private static Stream<String> matching(Bundle bundle, String pattern) {
    int folder = pattern.lastIndexOf('/') + 1;
    Enumeration<String> paths = bundle.getEntryPaths(pattern.substring(0, folder));
    String regex = "\\Q" + pattern.substring(folder).replace("*", "\\E.*\\Q") + "\\E";
    return paths == null
        ? Stream.empty()
        : Collections.list(paths).stream()
            .filter(path -> path.substring(path.lastIndexOf('/') + 1).matches(regex));
  }

  private static List<Described> read(URL entry, String path) {
    byte[] content;
    try (InputStream stream = entry.openStream()) {
      content = stream.readAllBytes();
    } catch (IOException e) {
      return List.of();
    }
    try {
      return ComponentDescriptions.handlers(content).stream()
          .map(one -> new Described(one.name(), one.properties(), null))
          .toList();
    } catch (XMLStreamException e) {
      boolean handler =
          new String(content, StandardCharsets.UTF_8).contains(Handler.class.getName());
      return handler
          ? List.of(
              new Described("", Map.of(), "its component description %s is broken".formatted(path)))
          : List.of();
    }
  }

  private static List<Described> declared(Bundle bundle) {
    BundleRevision revision = bundle.adapt(BundleRevision.class);
    return revision == null
        ? List.of()
        : revision.getDeclaredCapabilities(HandlerName.NAMESPACE).stream()
            .map(capability -> capability.getAttributes().get(HandlerName.NAMESPACE))
            .filter(String.class::isInstance)
            .map(name -> new Described("", Map.of("handler.name", name), null))
            .toList();
  }
}
