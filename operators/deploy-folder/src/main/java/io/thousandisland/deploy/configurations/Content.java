// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.configurations;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The keys and values of a file.
 *
 * @param remarks notes for a person about the keys and values
 */
public record Content(Map<String, Object> values, List<String> remarks) {

  private static final String RANKING = "service.ranking";

  /** The content in the types that the framework understands. */
  Content understood() {
    Object ranking = values.get(RANKING);
    if (ranking == null || ranking instanceof Integer) {
      return this;
    }
    try {
      return with(RANKING, Integer.valueOf(ranking.toString().strip()));
    } catch (NumberFormatException e) {
      return remarking(
          RANKING
              + " is "
              + ranking
              + ", which counts as 0; allowed are whole numbers, as in "
              + RANKING
              + " = 10");
    }
  }

  private Content with(String key, Object value) {
    var changed = new TreeMap<>(values);
    changed.put(key, value);
    return new Content(changed, remarks);
  }

  Content remarking(String remark) {
    return remarking(List.of(remark));
  }

  Content remarking(List<String> more) {
    var all = new ArrayList<>(remarks);
    all.addAll(more);
    return new Content(values, all);
  }
}
