// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;

/**
 * Puts files into a watched folder, each in one step: a watcher sees the old file or the new file,
 * never no file and never half a file. Called by the build of a handler.
 */
public final class Deploy {
  private Deploy() {}

  /**
   * @param args the folder, and files: {@code FILE}, or {@code FILE=NAME} for another name there
   */
  public static void main(String[] args) throws IOException {
    Path folder = Files.createDirectories(Paths.get(args[0]).toAbsolutePath());
    for (String arg : Arrays.asList(args).subList(1, args.length)) {
      int equals = arg.lastIndexOf('=');
      Path file = Paths.get(equals < 0 ? arg : arg.substring(0, equals));
      String name = equals < 0 ? file.getFileName().toString() : arg.substring(equals + 1);
      put(file, folder.resolve(name));
    }
  }

  private static void put(Path file, Path target) throws IOException {
    if (Files.exists(target)
        && Arrays.equals(Files.readAllBytes(file), Files.readAllBytes(target))) {
      System.out.println(target + " is up to date");
      return;
    }
    // beside the target, because a move is one step only within a file system
    Path whole = target.resolveSibling("." + target.getFileName() + ".part");
    try {
      Files.copy(file, whole, StandardCopyOption.REPLACE_EXISTING);
      Files.move(
          whole, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(whole);
    }
    System.out.println("deployed " + target);
  }
}
