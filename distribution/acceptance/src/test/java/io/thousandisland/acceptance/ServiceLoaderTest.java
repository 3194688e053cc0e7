// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.osgi.EmbeddedResource;
import aQute.bnd.osgi.Jar;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * SPI Fly, which mediates between bundles and the ServiceLoader, starts late; the bundles of the
 * deploy folder come later still.
 */
class ServiceLoaderTest {

  private static final String SERVICE = "java.util.function.Supplier";

  @TempDir Path home;

  @ParameterizedTest
  @EnumSource
  void bundleInTheFolderAtStartFindsAServiceProvider(Framework framework) throws Exception {
    Readme readme = Readme.read();
    Launch launch = Launch.of(framework, home);
    Path folder = Files.createDirectories(launch.deploy());
    Path bundle = new ReadmeBundle(readme, home).build(asking(readme.handler()), "1.0.0");
    String provider = readme.packageName() + "." + readme.className() + "$Provider";
    mediated(bundle, provider, folder.resolve("asking.jar"));
    Files.writeString(
        folder.resolve(readme.configurationName()),
        readme.configuration().replace("port = 7778", "port = 0"));

    try (var server = launch.start();
        var client = new Client(server.port("shout"))) {
      assertThat(client.ask("who")).isEqualTo("it!");
      server.saidNoStackTrace();
    }
  }

  private static String asking(String handler) {
    String loaded = "(String) java.util.ServiceLoader.load(%s.class).findFirst().get().get()";
    String provider =
        "  public static final class Provider implements %s<String> {\n"
            + "    public String get() { return \"it!\"; }\n"
            + "  }\n}\n";
    String asking =
        handler.replace(
            "text.toUpperCase(Locale.ROOT)",
            "text.replace(\"who\", " + loaded.formatted(SERVICE) + ")");
    assertThat(asking).isNotEqualTo(handler);
    return asking.substring(0, asking.lastIndexOf('}')) + provider.formatted(SERVICE);
  }

  private static void mediated(Path bundle, String provider, Path target) throws Exception {
    try (var jar = new Jar(bundle.toFile())) {
      Attributes headers = jar.getManifest().getMainAttributes();
      headers.putValue("SPI-Consumer", "*");
      headers.putValue("SPI-Provider", "*");
      jar.putResource("META-INF/services/" + SERVICE, new EmbeddedResource(provider, 0));
      jar.write(target.toFile());
    }
  }
}
