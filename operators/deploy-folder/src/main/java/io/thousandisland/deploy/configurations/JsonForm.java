// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.configurations;

import io.thousandisland.deploy.watch.MalformedFileException;
import io.thousandisland.deploy.watch.Trouble;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.TreeMap;
import org.apache.felix.cm.json.io.ConfigurationReader;
import org.apache.felix.cm.json.io.Configurations;

/** {@code .json}: the keys and values of one configuration, as the Configurator writes them. */
public final class JsonForm implements ConfigurationForm {

  @Override
  public Content read(String text) throws MalformedFileException {
    try {
      ConfigurationReader reader =
          Configurations.buildReader().withIdentifier("JSON").build(new StringReader(text));
      var values = new TreeMap<String, Object>(reader.readConfiguration());
      boolean ofSeveral = text.contains("\":configurator:resource-version\"");
      boolean objects = values.values().stream().allMatch(JsonForm::isObject);
      if (ofSeveral || (objects && !values.isEmpty())) {
        throw new MalformedFileException(
            "its keys are PIDs, as in a resource of the Configurator; here a file is one"
                + " configuration: name the file after the PID, and write only the keys of this"
                + " configuration into the file");
      }
      return new Content(values, List.copyOf(reader.getIgnoredErrors()));
    } catch (MalformedFileException e) {
      throw e;
    } catch (StackOverflowError e) {
      throw new MalformedFileException("its values are nested too deep");
    } catch (IOException | RuntimeException e) {
      throw new MalformedFileException(Trouble.of((Throwable) e));
    }
  }

  /** The reader gives an object as its text. */
  private static boolean isObject(Object value) {
    return value instanceof String text && text.startsWith("{");
  }
}
