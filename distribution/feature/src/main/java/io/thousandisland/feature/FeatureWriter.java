// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.feature;

import aQute.bnd.header.Attrs;
import aQute.bnd.header.OSGiHeader;
import aQute.bnd.header.Parameters;
import aQute.bnd.osgi.Processor;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.apache.sling.feature.Artifact;
import org.apache.sling.feature.ArtifactId;
import org.apache.sling.feature.Configuration;
import org.apache.sling.feature.io.json.FeatureJSONWriter;
import org.osgi.service.feature.BuilderFactory;
import org.osgi.service.feature.FeatureExtension;
import org.osgi.service.feature.FeatureService;

/**
 * A program that writes the resolved runs of the ready-made servers as features: for each framework
 * one of OSGi, and one of Sling, whose launcher reads only its own form.
 *
 * <p>Arguments: the folder of the runs, the folder of the features, which has the list {@code
 * jars.txt} of all jars with their Maven coordinates, and the version.
 */
public final class FeatureWriter {

  /** The bundle of the executable jars: their greeting, and the configuration of their server. */
  private static final String OF_THE_JARS = "io.thousandisland.bndrun";

  private static final String SERVER = "io.thousandisland.server~echo";

  /** The variables, with their defaults. */
  private static final Map<String, String> VARIABLES = Map.of("port", "7777", "deploy", "deploy");

  private static final Map<String, Object> CONFIGURATION =
      sorted(Map.of("name", "echo", "port", "${port}", "handler.target", "(handler.name=echo)"));

  private final String version;
  private final Map<String, String> coordinates;

  private FeatureWriter(String version, Map<String, String> coordinates) {
    this.version = version;
    this.coordinates = coordinates;
  }

  /** A bundle of a run. */
  private record Started(String coordinates, int startLevel) {}

  /** A resolved run. */
  private record Run(String framework, List<Started> bundles, Map<String, String> properties) {}

  public static void main(String[] arguments) throws Exception {
    Path target = Path.of(arguments[1]);
    var writer = new FeatureWriter(arguments[2], coordinates(target.resolve("jars.txt")));
    for (String framework : List.of("felix", "equinox")) {
      Run run = writer.read(Path.of(arguments[0]), framework);
      try (Writer file = Files.newBufferedWriter(target.resolve(framework + ".osgifeature"))) {
        writer.osgi(run, file);
      }
      try (Writer file = Files.newBufferedWriter(target.resolve(framework + ".slingosgifeature"))) {
        writer.sling(run, file);
      }
    }
  }

  // ---- what was resolved

  /** The Maven coordinates of each bundle, by its symbolic name. */
  private static Map<String, String> coordinates(Path jars) throws IOException {
    Pattern line = Pattern.compile("^ +([^: ]+):([^: ]+):jar:([^: ]+):[^: ]+:(.+?\\.jar)( -- .*)?");
    var found = new TreeMap<String, String>();
    for (String each : Files.readAllLines(jars)) {
      var matcher = line.matcher(each.replaceAll("\u001b\\[[0-9;]*m", ""));
      if (matcher.matches()) {
        symbolicName(new File(matcher.group(4)))
            .ifPresent(
                name ->
                    found.put(
                        name, matcher.group(1) + ":" + matcher.group(2) + ":" + matcher.group(3)));
      }
    }
    return found;
  }

  private static Optional<String> symbolicName(File file) {
    try (var jar = new JarFile(file)) {
      String header = jar.getManifest().getMainAttributes().getValue("Bundle-SymbolicName");
      return header == null ? Optional.empty() : Optional.of(header.split(";")[0].strip());
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }

  private Run read(Path folder, String framework) throws IOException {
    File file = folder.resolve("server-" + framework + ".bndrun").toFile();
    try (var run = new Processor()) {
      run.setProperties(file);
      run.setBase(folder.toFile());
      var bundles = new ArrayList<Started>();
      new Parameters(run.mergeProperties("-runbundles"), run)
          .forEach(
              (name, attributes) -> {
                if (!name.equals(OF_THE_JARS)) {
                  bundles.add(started(name, attributes));
                }
              });
      var properties = new TreeMap<String, String>();
      properties.putAll(OSGiHeader.parseProperties(run.mergeProperties("-runproperties")));
      properties.put("io.thousandisland.deploy.dir", "${deploy}");
      properties.put("org.osgi.framework.startlevel.beginning", "100");
      return new Run(framework, bundles, properties);
    }
  }

  private Started started(String name, Attrs attributes) {
    String found = coordinates.get(name);
    if (found == null) {
      throw new IllegalStateException(name + " is in the run, but in no jar of jars.txt");
    }
    return new Started(found, Integer.parseInt(attributes.getOrDefault("startlevel", "2")));
  }

  // ---- what is written

  private String id(Run run, String type) {
    return "io.thousandisland:io.thousandisland.feature:%s:%s:%s"
        .formatted(type, run.framework(), version);
  }

  private void osgi(Run run, Writer file) throws IOException {
    FeatureService features = ServiceLoader.load(FeatureService.class).findFirst().orElseThrow();
    BuilderFactory build = features.getBuilderFactory();
    var feature =
        build.newFeatureBuilder(features.getIDfromMavenCoordinates(id(run, "osgifeature")));
    feature.setName("Thousand Island").setDescription(description(run)).setLicense("Apache-2.0");
    feature.setComplete(true).addVariables(sorted(VARIABLES));
    for (Started bundle : run.bundles()) {
      feature.addBundles(
          build
              .newBundleBuilder(features.getIDfromMavenCoordinates(bundle.coordinates()))
              .addMetadata("bundleStartLevel", bundle.startLevel())
              .build());
    }
    feature.addConfigurations(
        build.newConfigurationBuilder(SERVER).addValues(CONFIGURATION).build());
    var properties = new StringBuilder();
    run.properties().forEach((key, value) -> properties.append(member(key, value)));
    feature.addExtensions(
        build
            .newExtensionBuilder(
                "framework-launching-properties",
                FeatureExtension.Type.JSON,
                FeatureExtension.Kind.MANDATORY)
            .setJSON("{" + properties.substring(1) + "}")
            .build());
    features.writeFeature(feature.build(), file);
  }

  /** A member of a JSON object, after a comma. The values have no character to escape. */
  private static String member(String key, String value) {
    if ((key + value).matches(".*[\"\\\\\\p{Cntrl}].*")) {
      throw new IllegalStateException(key + " = " + value + ": has to be escaped");
    }
    return ",\"" + key + "\":\"" + value + "\"";
  }

  private void sling(Run run, Writer file) throws IOException {
    var feature =
        new org.apache.sling.feature.Feature(ArtifactId.parse(id(run, "slingosgifeature")));
    feature.setTitle("Thousand Island");
    feature.setDescription(description(run));
    feature.setLicense("Apache-2.0");
    feature.getVariables().putAll(new TreeMap<>(VARIABLES));
    for (Started bundle : run.bundles()) {
      var artifact = new Artifact(ArtifactId.parse(bundle.coordinates()));
      artifact.setStartOrder(bundle.startLevel());
      feature.getBundles().add(artifact);
    }
    var configuration = new Configuration(SERVER);
    CONFIGURATION.forEach(configuration.getProperties()::put);
    feature.getConfigurations().add(configuration);
    feature.getFrameworkProperties().putAll(run.properties());
    FeatureJSONWriter.write(file, feature);
  }

  private static String description(Run run) {
    return "A supervised TCP socket server with an echo handler, for " + run.framework();
  }

  private static Map<String, Object> sorted(Map<String, ?> entries) {
    return new LinkedHashMap<>(new TreeMap<String, Object>(entries));
  }
}
