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

/** Handler bundles made while a test runs: a class file, a component description, a manifest. */
record HandlerBundle(String symbolicName, String handler, String tag, int ranking) {

  private static final String CLASS = TaggingHandler.class.getName().replace('.', '/') + ".class";

  HandlerBundle(String symbolicName, String handler, String tag) {
    this(symbolicName, handler, tag, 0);
  }

  InputStream stream() throws IOException {
    return new ByteArrayInputStream(bytes());
  }

  byte[] bytes() throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var jar = new JarOutputStream(bytes, manifest());
        InputStream handlerClass =
            HandlerBundle.class.getClassLoader().getResourceAsStream(CLASS)) {
      jar.putNextEntry(new JarEntry(CLASS));
      handlerClass.transferTo(jar);
      jar.putNextEntry(new JarEntry("OSGI-INF/handler.xml"));
      jar.write(component().getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private Manifest manifest() {
    var manifest = new Manifest();
    Attributes headers = manifest.getMainAttributes();
    headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    headers.putValue("Bundle-ManifestVersion", "2");
    headers.putValue("Bundle-SymbolicName", symbolicName);
    headers.putValue("Bundle-Version", "1.0.0");
    headers.putValue("Import-Package", "io.thousandisland.handler;version=\"[1.0,2)\"");
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
        </scr:component>
        """
        .formatted(symbolicName, TaggingHandler.class.getName(), handler, tag, ranking);
  }
}
