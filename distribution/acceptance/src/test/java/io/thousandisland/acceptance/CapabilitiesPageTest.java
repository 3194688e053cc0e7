// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.header.Attrs;
import aQute.bnd.header.OSGiHeader;
import aQute.bnd.header.Parameters;
import aQute.bnd.osgi.Processor;
import aQute.bnd.osgi.resource.CapReqBuilder;
import aQute.bnd.osgi.resource.ResourceUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Constants;
import org.osgi.resource.Capability;
import org.osgi.resource.Requirement;

/** The tables of docs/bnd.md: all capabilities and packages of all bundles that are published. */
class CapabilitiesPageTest {

  private static final Path ROOT = Path.of("..", "..");
  private static final Path BUNDLES = ROOT.resolve("distribution/bnd/target/repository/bundles");
  private static final String OURS = "io.thousandisland.";

  /** Our bundles. */
  private static final List<Manifest> ALL = new ArrayList<>();

  /** The facts of one bundle. */
  private record Manifest(
      String bundle, Parameters packages, List<Capability> provides, List<Requirement> requires) {

    static Manifest of(Path file) throws Exception {
      try (var jar = new JarFile(file.toFile())) {
        var headers = jar.getManifest().getMainAttributes();
        String name = headers.getValue(Constants.BUNDLE_SYMBOLICNAME).replaceFirst(";.*", "");
        return new Manifest(
            name.substring(OURS.length()),
            parameters(headers.getValue(Constants.EXPORT_PACKAGE)),
            CapReqBuilder.getCapabilitiesFrom(
                parameters(headers.getValue(Constants.PROVIDE_CAPABILITY))),
            CapReqBuilder.getRequirementsFrom(
                parameters(headers.getValue(Constants.REQUIRE_CAPABILITY))));
      }
    }

    private static Parameters parameters(String header) {
      return OSGiHeader.parseHeader(header == null ? "" : header);
    }
  }

  @BeforeAll
  static void read() throws Exception {
    ALL.clear();
    try (Stream<Path> files = Files.list(BUNDLES)) {
      for (Path file :
          files.filter(each -> each.getFileName().toString().startsWith(OURS)).toList()) {
        ALL.add(Manifest.of(file));
      }
    }
    assertThat(ALL).hasSizeGreaterThan(10);
  }

  @Test
  void pageNamesEveryCapabilityWithItsProvidersAndItsUsers() throws Exception {
    Map<String, TreeSet<String>> providers = new TreeMap<>();
    Map<String, String> users = new TreeMap<>();
    for (Manifest manifest : ALL) {
      for (Capability capability : manifest.provides()) {
        String row = row(capability);
        providers.computeIfAbsent(row, any -> new TreeSet<>()).add(manifest.bundle());
        users.put(row, users(capability));
      }
    }
    List<String> expected =
        providers.entrySet().stream()
            .map(
                each ->
                    each.getKey()
                        + each.getValue().stream()
                            .map(bundle -> "`" + bundle + "`")
                            .collect(Collectors.joining(", "))
                        + " | "
                        + users.get(each.getKey())
                        + "|")
            .toList();

    assertThat(rows("| namespace | attributes |")).containsExactlyElementsOf(expected);
  }

  private static String row(Capability capability) {
    String effective = capability.getDirectives().getOrDefault("effective", "resolve");
    String attributes =
        new TreeMap<>(capability.getAttributes())
            .entrySet().stream()
                .map(each -> "`" + each.getKey() + "=" + text(each.getValue()) + "`")
                .collect(Collectors.joining(", "));
    return "| `" + capability.getNamespace() + "` | " + attributes + " | " + effective + " | ";
  }

  private static String text(Object value) {
    return value instanceof List<?> list
        ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
        : String.valueOf(value);
  }

  private static String users(Capability capability) {
    var users = new TreeSet<String>();
    for (Manifest manifest : ALL) {
      for (Requirement requirement : manifest.requires()) {
        if (ResourceUtils.matches(requirement, capability)) {
          boolean optional = "optional".equals(requirement.getDirectives().get("resolution"));
          users.add("`" + manifest.bundle() + "`" + (optional ? " (optional)" : ""));
        }
      }
    }
    return users.isEmpty() ? "" : String.join(", ", users) + " ";
  }

  @Test
  void pageNamesEveryExportedPackageWithItsVersion() throws Exception {
    var expected = new TreeSet<String>(Comparator.comparing(row -> row.replace("`", "")));
    for (Manifest manifest : ALL) {
      for (Map.Entry<String, Attrs> each : manifest.packages().entrySet()) {
        expected.add(
            "| `%s` | %s | `%s` |"
                .formatted(
                    Processor.removeDuplicateMarker(each.getKey()),
                    each.getValue().getVersion(),
                    manifest.bundle()));
      }
    }

    assertThat(rows("| package | version |")).containsExactlyElementsOf(expected);
  }

  /** Of the table with this head. */
  private static List<String> rows(String head) throws IOException {
    String page = Files.readString(ROOT.resolve("docs/bnd.md"));
    var table =
        Pattern.compile(Pattern.quote(head) + ".*\n\\|[-|]+\\|\n((?:\\|.*\n)+)").matcher(page);
    assertThat(table.find()).as("docs/bnd.md has a table %s", head).isTrue();
    return table.group(1).lines().toList();
  }
}
