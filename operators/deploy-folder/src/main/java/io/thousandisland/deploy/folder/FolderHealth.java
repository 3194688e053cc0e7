// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.folder;

import io.thousandisland.deploy.watch.Report;
import io.thousandisland.deploy.watch.Trouble;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Reports once that the folder is not there or unreadable, and once that this is over.
 *
 * <p>Thread: the configurations thread only.
 */
final class FolderHealth {

  private final Path folder;
  private final Report report;
  private String trouble = "";

  FolderHealth(Path folder, Report report) {
    this.folder = folder;
    this.report = report;
  }

  void readable() {
    if (!trouble.isEmpty()) {
      report.done(folder.toString(), "the folder can be read again");
      trouble = "";
    }
  }

  void unreadable(IOException e) {
    String now = Trouble.of(e);
    if (!now.equals(trouble)) {
      report.trouble(
          folder.toString(),
          "the folder cannot be read: "
              + now
              + "; its bundles and configurations stay as they are, and it is watched as soon as it"
              + " can be read");
      trouble = now;
    }
  }
}
