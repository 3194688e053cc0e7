package io.thousandisland.deploy.folder;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Jars made of headers. */
final class Jars {

  private Jars() {}

  static byte[] bundle(String symbolicName, String version, Map<String, String> headers)
      throws IOException {
    var all = new LinkedHashMap<String, String>();
    all.put("Bundle-ManifestVersion", "2");
    all.put("Bundle-SymbolicName", symbolicName);
    all.put("Bundle-Version", version);
    all.putAll(headers);
    return jar(all);
  }

  static byte[] jar(Map<String, String> headers) throws IOException {
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    headers.forEach(manifest.getMainAttributes()::putValue);
    var bytes = new ByteArrayOutputStream();
    try (var jar = new JarOutputStream(bytes, manifest)) {
      jar.putNextEntry(new JarEntry("content.txt"));
      jar.write(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9});
    }
    return bytes.toByteArray();
  }
}
