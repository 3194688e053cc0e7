// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.metatype.AttributeDefinition;
import org.osgi.service.metatype.MetaTypeService;
import org.osgi.service.metatype.ObjectClassDefinition;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.common.annotation.InjectService;

/** The configuration as a console shows it, compared with docs/configuration.md. */
class MetatypeTest {

  private static final Pattern CODE = Pattern.compile("`([^`]*)`");

  @InjectBundleContext BundleContext context;
  @InjectService MetaTypeService metatype;

  private record Documented(String key, String range, String standard) {}

  private List<AttributeDefinition> attributes() {
    Bundle runtime = Bundles.named(context, "io.thousandisland.runtime");
    var information = metatype.getMetaTypeInformation(runtime);
    assertThat(information.getFactoryPids()).contains("io.thousandisland.server");
    ObjectClassDefinition server =
        information.getObjectClassDefinition("io.thousandisland.server", null);
    return List.of(server.getAttributeDefinitions(ObjectClassDefinition.ALL));
  }

  /** The rows of the first table; a row of several keys has as many ranges and defaults. */
  private List<Documented> documented() throws Exception {
    Path docs = Path.of(context.getProperty("docs.dir"), "configuration.md");
    var rows = new ArrayList<Documented>();
    for (String line : Files.readAllLines(docs)) {
      if (line.startsWith("## ")) {
        break; // the tables below explain
      }
      if (line.startsWith("| `") && !line.startsWith("| `option.")) { // any number of keys
        String[] cells = line.split("\\|");
        List<String> keys = codes(cells[1]);
        List<String> standards = codes(cells[3]);
        String[] ranges = keys.size() == 1 ? new String[] {cells[2]} : cells[2].split(",");
        for (int i = 0; i < keys.size(); i++) {
          String standard = standards.isEmpty() ? "" : standards.get(i);
          rows.add(new Documented(keys.get(i), ranges[i], standard));
        }
      }
    }
    return rows;
  }

  private static List<String> codes(String cell) {
    return CODE.matcher(cell).results().map(found -> found.group(1)).toList();
  }

  @Test
  void everyKeyAndEveryDefaultIsAsDocumented() throws Exception {
    Map<String, String> shown = new LinkedHashMap<>();
    for (AttributeDefinition attribute : attributes()) {
      String[] standard = attribute.getDefaultValue();
      shown.put(attribute.getID(), standard == null ? "" : String.join(",", standard));
    }
    Map<String, String> documented = new LinkedHashMap<>();
    documented().forEach(row -> documented.put(row.key(), row.standard().replace("what", "")));
    documented.computeIfPresent("name", (key, pidsEnd) -> ""); // its default is made of the PID

    assertThat(shown).isEqualTo(documented);
  }

  @Test
  void everyDescriptionIsThereAndTellsTheLimitsThatAreDocumented() throws Exception {
    Map<String, String> descriptions = new LinkedHashMap<>();
    attributes().forEach(a -> descriptions.put(a.getID(), String.valueOf(a.getDescription())));

    for (Documented row : documented()) {
      String description = descriptions.get(row.key());
      assertThat(description).as(row.key()).isNotEqualTo("null").hasSizeGreaterThan(20);
      Pattern.compile("\\d+[smh]*|`([a-z]+)`")
          .matcher(row.range())
          .results()
          .map(found -> found.group().replace("`", ""))
          .filter(limit -> !limit.equals("0") && !descriptions.containsKey(limit))
          .forEach(limit -> assertThat(description).as(row.key()).contains(limit));
    }
  }
}
