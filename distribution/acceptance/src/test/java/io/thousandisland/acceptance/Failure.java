// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import aQute.bnd.osgi.EmbeddedResource;
import aQute.bnd.osgi.Jar;
import aQute.bnd.osgi.Resource;
import io.thousandisland.acceptance.bundles.FrailHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** A mistake that an author may make, so that a handler does not come. */
enum Failure {
  ACTIVATE_THROWS(
      "The activate method has thrown an exception", "IllegalStateException: no database") {
    @Override
    void spoil(Jar jar) {}
  },

  CLASS_IS_MISSING("Could not load implementation object class", "ClassNotFoundException") {
    @Override
    void spoil(Jar jar) {
      jar.remove(CLASS);
    }
  },

  CLASS_IS_TOO_NEW("a service cannot be obtained", "UnsupportedClassVersionError") {
    @Override
    void spoil(Jar jar) throws Exception {
      ByteBuffer code = jar.getResource(CLASS).buffer();
      byte[] bytes = new byte[code.remaining()];
      code.get(bytes);
      bytes[7] = 80; // a byte of the class file version
      jar.putResource(CLASS, new EmbeddedResource(bytes, 0));
    }
  },

  DESCRIPTION_IS_BROKEN("General problem with descriptor entry", "SAXParseException") {
    @Override
    void spoil(Jar jar) throws Exception {
      Resource whole = jar.getResource(DESCRIPTION);
      String text = new String(whole.openInputStream().readAllBytes(), StandardCharsets.UTF_8);
      String half = text.substring(0, text.length() / 2);
      jar.putResource(DESCRIPTION, new EmbeddedResource(half, 0));
    }
  };

  private static final String CLASS = FrailHandler.class.getName().replace('.', '/') + ".class";
  private static final String DESCRIPTION = "OSGI-INF/handler.xml";

  /** The log line about the mistake. */
  final String line;

  /** The exception that follows the line. */
  final String thrown;

  Failure(String line, String thrown) {
    this.line = line;
    this.thrown = thrown;
  }

  abstract void spoil(Jar jar) throws Exception;

  String handler() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Puts two files into the folder: the bundle, and the configuration of a server that waits for
   * the bundle's handler.
   */
  void deploy(Path folder) throws Exception {
    Path sound = Files.createTempFile("sound", ".jar");
    try {
      TestBundle.handler(FrailHandler.class, handler(), 1, false).write(sound);
      try (var jar = new Jar(sound.toFile())) {
        jar.getManifest().getMainAttributes().putValue("Bundle-SymbolicName", handler());
        spoil(jar);
        jar.write(folder.resolve(handler() + ".jar").toFile());
      }
    } finally {
      Files.delete(sound);
    }
    configure(folder);
  }

  private void configure(Path folder) throws IOException {
    Files.writeString(
        folder.resolve("io.thousandisland.server-" + handler() + ".cfg"),
        "port = 0\nhandler.target = (handler.name=" + handler() + ")\n");
  }
}
