// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.configurations;

import io.thousandisland.deploy.watch.MalformedFileException;
import java.util.Locale;

/** The form in which keys and values are written in a file. */
public interface ConfigurationForm {

  /**
   * @throws MalformedFileException when the text is not of this form; it may be half of one
   */
  Content read(String text) throws MalformedFileException;

  /** The form for the end of the file's name. */
  static ConfigurationForm of(String file) {
    String lower = file.strip().toLowerCase(Locale.ROOT);
    if (lower.endsWith(".json")) {
      return new JsonForm();
    }
    return lower.endsWith(".config") ? new TypedForm() : new PlainForm();
  }
}
