// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** A bundle made of one class of the tests. */
record TestBundle(Class<?> code, Map<String, String> headers, String component) {

  /** A bundle with an activator. */
  static TestBundle activatedBy(Class<?> activator) {
    return new TestBundle(
        activator,
        Map.of("Bundle-Activator", activator.getName(), "Import-Package", "org.osgi.framework"),
        "");
  }

  /** A bundle with a handler, which receives the version as a property. */
  static TestBundle handler(Class<?> handler, String name, int version, boolean nonblocking) {
    String component =
        """
        <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="%s"
            activate="activate" deactivate="deactivate">
          <implementation class="%s"/>
          <service><provide interface="io.thousandisland.handler.Handler"/></service>
          <property name="handler.name" value="%s"/>
          <property name="version" value="v%d"/>
          <property name="handler.nonblocking" type="Boolean" value="%b"/>
        </scr:component>
        """
            .formatted(name, handler.getName(), name, version, nonblocking);
    return new TestBundle(
        handler,
        Map.of(
            "Import-Package",
            "io.thousandisland.handler;version=\"[1.0,2)\"",
            "Service-Component",
            "OSGI-INF/handler.xml",
            "Require-Capability",
            "osgi.extender;filter:=\"(&(osgi.extender=osgi.component)(version>=1.3.0))\""),
        component);
  }

  /** The same bundle with another header. */
  TestBundle with(String header, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new TestBundle(code, more, component);
  }

  /** Writes the bundle, and returns the file. */
  Path write(Path file) throws IOException {
    try (var jar = new JarOutputStream(Files.newOutputStream(file), manifest())) {
      String path = code.getName().replace('.', '/') + ".class";
      jar.putNextEntry(new JarEntry(path));
      try (InputStream bytes = code.getClassLoader().getResourceAsStream(path)) {
        bytes.transferTo(jar);
      }
      if (!component.isEmpty()) {
        jar.putNextEntry(new JarEntry("OSGI-INF/handler.xml"));
        jar.write(component.getBytes(StandardCharsets.UTF_8));
      }
    }
    return file;
  }

  private Manifest manifest() {
    var all = new LinkedHashMap<String, String>();
    all.put("Bundle-ManifestVersion", "2");
    all.put("Bundle-SymbolicName", code.getName());
    all.put("Bundle-Version", "1.0.0");
    all.putAll(headers);
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    all.forEach(manifest.getMainAttributes()::putValue);
    return manifest;
  }
}
