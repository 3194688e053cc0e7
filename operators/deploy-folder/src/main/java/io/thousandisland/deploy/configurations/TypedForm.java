// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.configurations;

import io.thousandisland.deploy.watch.MalformedFileException;
import io.thousandisland.deploy.watch.Trouble;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Dictionary;
import java.util.List;
import java.util.TreeMap;
import org.apache.felix.cm.file.ConfigurationHandler;

/** {@code .config}: Felix' form, whose values have types. */
public final class TypedForm implements ConfigurationForm {

  @Override
  public Content read(String text) throws MalformedFileException {
    var values = new TreeMap<String, Object>(String.CASE_INSENSITIVE_ORDER);
    try {
      Dictionary<?, ?> read =
          ConfigurationHandler.read(
              new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
      for (Object key : Collections.list(read.keys())) {
        values.put(key.toString(), read.get(key));
      }
    } catch (IOException | RuntimeException e) {
      throw new MalformedFileException(
          Trouble.of((Throwable) e)
              + "; in a .config file a line is key=\"text\" or key=I\"7777\", and in a value = is written"
              + " \\= and \" is written \\\"; a .cfg file has no quotes");
    }
    return new Content(values, List.of());
  }
}
