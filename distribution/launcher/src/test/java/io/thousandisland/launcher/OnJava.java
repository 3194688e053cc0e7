package io.thousandisland.launcher;

import java.util.Arrays;

/** Runs {@link Main} on a Java that says it is another version, its first argument. */
public final class OnJava {
  private OnJava() {}

  public static void main(String[] args) throws Exception {
    System.setProperty("java.specification.version", args[0]);
    Main.main(Arrays.copyOfRange(args, 1, args.length));
  }
}
