// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import java.util.Arrays;

/** Runs {@link Main} on a Java that claims to be another version, which is the first argument. */
public final class OnJava {
  private OnJava() {}

  public static void main(String[] args) throws Exception {
    System.setProperty("java.specification.version", args[0]);
    Main.main(Arrays.copyOfRange(args, 1, args.length));
  }
}
