// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import io.thousandisland.it.handlers.TaggingHandler;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Handler bundles made while a test runs: class files, a component description, a manifest. */
record HandlerBundle(
    String symbolicName,
    String handler,
    String tag,
    int ranking,
    Class<?> code,
    boolean nonblocking) {

  HandlerBundle(String symbolicName, String handler, String tag) {
    this(symbolicName, handler, tag, 0);
  }

  HandlerBundle(String symbolicName, String handler, String tag, int ranking) {
    this(symbolicName, handler, tag, ranking, TaggingHandler.class);
  }

  HandlerBundle(String symbolicName, String handler, String tag, int ranking, Class<?> code) {
    this(symbolicName, handler, tag, ranking, code, false);
  }

  InputStream stream() throws IOException {
    return new ByteArrayInputStream(bytes());
  }

  byte[] bytes() throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var jar = new JarOutputStream(bytes, manifest())) {
      for (Class<?> type = code; type != Object.class; type = type.getSuperclass()) {
        add(jar, type);
        for (Class<?> nested : type.getDeclaredClasses()) {
          add(jar, nested);
        }
      }
      jar.putNextEntry(new JarEntry("OSGI-INF/handler.xml"));
      jar.write(component().getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private static void add(JarOutputStream jar, Class<?> type) throws IOException {
    String path = type.getName().replace('.', '/') + ".class";
    jar.putNextEntry(new JarEntry(path));
    try (InputStream bytes = HandlerBundle.class.getClassLoader().getResourceAsStream(path)) {
      bytes.transferTo(jar);
    }
  }

  private Manifest manifest() {
    var manifest = new Manifest();
    Attributes headers = manifest.getMainAttributes();
    headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    headers.putValue("Bundle-ManifestVersion", "2");
    headers.putValue("Bundle-SymbolicName", symbolicName);
    headers.putValue("Bundle-Version", "1.0.0");
    headers.putValue(
        "Import-Package", "io.thousandisland.handler;version=\"[1.0,2)\",org.osgi.framework");
    headers.putValue("Service-Component", "OSGI-INF/handler.xml");
    headers.putValue(
        "Require-Capability",
        "osgi.extender;filter:=\"(&(osgi.extender=osgi.component)(version>=1.3.0))\"");
    return manifest;
  }

  private String component() {
    return """
        <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="%s" activate="activate">
          <implementation class="%s"/>
          <service><provide interface="io.thousandisland.handler.Handler"/></service>
          <property name="handler.name" value="%s"/>
          <property name="tag" value="%s"/>
          <property name="service.ranking" type="Integer" value="%d"/>
          <property name="handler.nonblocking" type="Boolean" value="%b"/>
        </scr:component>
        """
        .formatted(symbolicName, code.getName(), handler, tag, ranking, nonblocking);
  }
}
