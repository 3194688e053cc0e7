// SPDX-License-Identifier: Apache-2.0
package aQute.launcher.pre;

/** Stands in the place of bnd's own launcher: prints its arguments, and returns. */
public final class EmbeddedLauncher {
  private EmbeddedLauncher() {}

  public static void main(String[] args) {
    System.out.println("args=" + String.join(",", args));
    for (String key : System.getProperty("print").split(",")) {
      System.out.println(key + "=" + System.getProperty(key));
    }
  }
}
