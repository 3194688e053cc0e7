// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.folder;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Jars made of headers. The same headers give the same bytes at any time. */
public final class Jars {

  private static final LocalDateTime BUILT = LocalDateTime.of(2026, 1, 1, 0, 0);

  private Jars() {}

  public static byte[] bundle(String symbolicName, String version, Map<String, String> headers)
      throws IOException {
    var all = new LinkedHashMap<String, String>();
    all.put("Bundle-ManifestVersion", "2");
    all.put("Bundle-SymbolicName", symbolicName);
    all.put("Bundle-Version", version);
    all.putAll(headers);
    return jar(all);
  }

  public static byte[] jar(Map<String, String> headers) throws IOException {
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    headers.forEach(manifest.getMainAttributes()::putValue);
    var bytes = new ByteArrayOutputStream();
    try (var jar = new JarOutputStream(bytes)) {
      jar.putNextEntry(entry(JarFile.MANIFEST_NAME));
      manifest.write(jar);
      jar.putNextEntry(entry("content.txt"));
      jar.write(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9});
    }
    return bytes.toByteArray();
  }

  private static JarEntry entry(String name) {
    var entry = new JarEntry(name);
    entry.setTimeLocal(BUILT);
    return entry;
  }
}
