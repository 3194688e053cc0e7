// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Jar;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.StringWriter;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Component;

/** The source of one class, and the means of a handler's author to compile it and make a bundle. */
record JavaSource(String packageName, String className, String text) {

  /** Compiled against the api bundle and the annotations, packed by bnd. */
  InputStream bundle(BundleContext context, Path folder) throws Exception {
    Path api = Files.createDirectories(folder.resolve("api"));
    copy(Bundles.named(context, "io.thousandisland.api"), "/", api);
    String annotations = Component.class.getPackageName().replace('.', '/');
    copy(context.getBundle(), "/" + annotations, api);
    Path classes = Files.createDirectories(folder.resolve("classes"));
    compile(folder, api, classes);
    try (var bnd = new Builder()) {
      bnd.setBundleSymbolicName(packageName);
      bnd.setBundleVersion("1.0.0");
      bnd.setProperty("-privatepackage", packageName);
      bnd.addClasspath(classes.toFile());
      bnd.addClasspath(api.toFile());
      Jar jar = bnd.build();
      if (!bnd.getErrors().isEmpty()) {
        throw new AssertionError(bnd.getErrors().toString());
      }
      var bytes = new ByteArrayOutputStream();
      jar.write(bytes);
      return new ByteArrayInputStream(bytes.toByteArray());
    }
  }

  private void compile(Path folder, Path api, Path classes) throws Exception {
    Path source = Files.writeString(folder.resolve(className + ".java"), text);
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    var messages = new StringWriter();
    try (var files = javac.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of("--release", "21", "-proc:none", "-d", classes.toString(), "-cp", api.toString());
      var task =
          javac.getTask(messages, files, null, options, null, files.getJavaFileObjects(source));
      if (!task.call()) {
        throw new AssertionError(messages.toString());
      }
    }
  }

  private static void copy(Bundle bundle, String from, Path to) throws Exception {
    for (URL entry : Collections.list(bundle.findEntries(from, "*", true))) {
      if (!entry.getPath().endsWith("/")) {
        Path file = to.resolve(entry.getPath().substring(1));
        Files.createDirectories(file.getParent());
        try (InputStream content = entry.openStream()) {
          Files.write(file, content.readAllBytes());
        }
      }
    }
  }
}
