// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.site;

import java.nio.file.Path;
import org.jsoup.nodes.Element;

/**
 * One page of the site, before the frame is put around it.
 *
 * @param source the file or folder of the repository that it shows, relative to the root
 * @param address the file of the site, relative to its root
 * @param title its first heading, or the name of the file
 * @param content its text, an {@code article}
 */
record Page(Path source, Path address, String title, Element content) {

  /** The relative link from this page to a file of the site. */
  String linkTo(Path file) {
    Path folder = address.getParent();
    Path link = folder == null ? file : folder.relativize(file);
    return link.toString().replace('\\', '/');
  }
}
