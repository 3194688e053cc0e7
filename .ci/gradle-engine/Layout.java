// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Adds jars to the engine's jar that have the names of a distribution's jars, and lead to the engine's. */
final class Layout {

  private static final String PROPERTIES = "-classpath.properties";

  /** Modules that the engine's jar does not list. */
  private static final List<String> UNLISTED = List.of("gradle-java-compiler-plugin");

  /** Libraries whose classes are in the engine's jar. */
  private static final List<String> LIBRARIES =
      List.of("javax.inject", "jul-to-slf4j", "native-platform", "kryo", "commons-lang", "guava", "asm");

  private final Path lib;
  private final String version;
  private final String engine;

  private Layout(Path lib, String version) {
    this.lib = lib;
    this.version = version;
    this.engine = "gradle-api-" + version + ".jar";
  }

  /** Takes the folder of the jars, and Gradle's version. */
  public static void main(String[] args) throws IOException {
    new Layout(Path.of(args[0]), args[1]).write();
  }

  private void write() throws IOException {
    try (var jar = new JarFile(lib.resolve(engine).toFile())) {
      for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
        String name = entry.getName();
        if (name.endsWith(PROPERTIES) && !name.contains("/")) {
          module(name.substring(0, name.length() - PROPERTIES.length()));
        }
      }
    }
    for (String module : UNLISTED) {
      module(module);
    }
    for (String library : LIBRARIES) {
      jar(library + "-0.jar").close();
    }
  }

  private void module(String name) throws IOException {
    try (var jar = jar(name + "-" + version + ".jar")) {
      jar.putNextEntry(new JarEntry(name + PROPERTIES));
      jar.write(("projects=\nruntime=" + engine + "\n").getBytes());
    }
  }

  private JarOutputStream jar(String name) throws IOException {
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, engine);
    return new JarOutputStream(Files.newOutputStream(lib.resolve(name)), manifest);
  }
}
