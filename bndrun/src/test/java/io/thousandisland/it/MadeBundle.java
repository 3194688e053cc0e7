// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** A bundle made while a test runs, of headers, texts and class files. */
record MadeBundle(Map<String, String> headers, Map<String, byte[]> files) {

  MadeBundle(String symbolicName) {
    this(Map.of("Bundle-SymbolicName", symbolicName, "Bundle-Version", "1.0.0"), Map.of());
  }

  MadeBundle header(String name, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new MadeBundle(more, files);
  }

  MadeBundle file(String path, String content) {
    return file(path, content.getBytes(StandardCharsets.UTF_8));
  }

  /** The class file of {@code type}. */
  MadeBundle code(Class<?> type) throws IOException {
    String path = type.getName().replace('.', '/') + ".class";
    try (InputStream bytes = type.getResourceAsStream("/" + path)) {
      return file(path, bytes.readAllBytes());
    }
  }

  MadeBundle file(String path, byte[] content) {
    var more = new LinkedHashMap<>(files);
    more.put(path, content);
    return new MadeBundle(headers, more);
  }

  InputStream stream() throws IOException {
    var manifest = new Manifest();
    Attributes main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.putValue("Bundle-ManifestVersion", "2");
    headers.forEach(main::putValue);
    var bytes = new ByteArrayOutputStream();
    try (var jar = new JarOutputStream(bytes, manifest)) {
      for (var file : files.entrySet()) {
        jar.putNextEntry(new JarEntry(file.getKey()));
        jar.write(file.getValue());
      }
    }
    return new ByteArrayInputStream(bytes.toByteArray());
  }
}
