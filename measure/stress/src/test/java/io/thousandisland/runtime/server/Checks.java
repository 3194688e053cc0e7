package io.thousandisland.runtime.server;

/** What models find wrong. */
public final class Checks {
  private Checks() {}

  public static void that(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalStateException(otherwise);
    }
  }
}
