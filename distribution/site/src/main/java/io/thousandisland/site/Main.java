// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.site;

import java.io.IOException;
import java.nio.file.Path;

/** The command that builds the site. */
final class Main {

  private Main() {}

  /**
   * @param args the root of the repository, the folder of the site (with the Javadoc in {@code
   *     apidocs}), and the version to show
   * @throws BrokenPagesException if a page has a fault
   */
  public static void main(String[] args) throws IOException {
    if (args.length != 3) {
      throw new IllegalArgumentException("3 arguments: the repository, the site, the version");
    }
    int pages = new Site(Path.of(args[0]), Path.of(args[1]), args[2]).build();
    System.out.println("The site has " + pages + " pages: " + Path.of(args[1], "index.html"));
  }
}
