// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it.handlers;

/** A line handler whose state is a type of its own bundle. */
public final class OwningHandler extends LineHandler<OwningHandler.Own> {

  /** A type that cannot outlive the bundle. */
  public record Own(long count) {}

  @Override
  protected Own first() {
    return new Own(0);
  }

  @Override
  protected Own counted(Own state, String line) {
    return new Own(state.count() + 1);
  }

  @Override
  protected long count(Own state) {
    return state.count();
  }
}
