// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.configurations;

import io.thousandisland.deploy.watch.MalformedFileException;
import io.thousandisland.deploy.watch.Trouble;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code .cfg}: a Java properties file. All values are strings. */
public final class PlainForm implements ConfigurationForm {

  private static final Pattern REFERENCE = Pattern.compile("\\$\\{([^}]*)}");
  private static final Pattern ESCAPE = Pattern.compile("\\\\(.)", Pattern.DOTALL);
  private static final String ESCAPED = "\\tnrfu:=#! \r\n\"'";

  @Override
  public Content read(String text) throws MalformedFileException {
    var values = new TreeMap<String, Object>(String.CASE_INSENSITIVE_ORDER);
    var twice = new ArrayList<String>();
    var properties =
        new Properties() {
          private static final long serialVersionUID = 1;

          @Override
          public synchronized @Nullable Object put(Object key, Object value) {
            if (values.put(key.toString(), value.toString().stripTrailing()) != null) {
              twice.add(key + " is given twice; the last one counts");
            }
            return null;
          }
        };
    try {
      properties.load(new StringReader(text));
    } catch (IOException | IllegalArgumentException e) {
      throw new MalformedFileException(Trouble.of((Throwable) e));
    }
    return new Content(values, twice).remarking(references(values)).remarking(backslashes(text));
  }

  private static List<String> references(Map<String, Object> values) {
    var remarks = new ArrayList<String>();
    values.forEach(
        (key, value) -> {
          Matcher reference = REFERENCE.matcher(value.toString());
          if (reference.find()) {
            remarks.add(
                "%s contains %s, which is not replaced; a framework or system property is written as $[prop:%s]"
                    .formatted(key, reference.group(), reference.group(1)));
          }
        });
    return remarks;
  }

  private static List<String> backslashes(String text) {
    var remarks = new ArrayList<String>();
    text.lines()
        .filter(
            line -> !line.stripLeading().startsWith("#") && !line.stripLeading().startsWith("!"))
        .forEach(
            line -> {
              Matcher escape = ESCAPE.matcher(line);
              while (escape.find()) {
                if (ESCAPED.indexOf(escape.group(1).charAt(0)) < 0) {
                  remarks.add(
                      "the backslash of %s is dropped in a .cfg file; write \\\\ for a backslash"
                          .formatted(escape.group()));
                  return;
                }
              }
            });
    return remarks;
  }
}
