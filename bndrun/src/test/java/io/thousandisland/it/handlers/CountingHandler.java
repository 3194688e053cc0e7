// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it.handlers;

/** A line handler whose state is a type of the JDK, so that the state moves without any code. */
public class CountingHandler extends LineHandler<Long> {
  @Override
  protected Long first() {
    return 0L;
  }

  @Override
  protected Long counted(Long state, String line) {
    return state + 1;
  }

  @Override
  protected long count(Long state) {
    return state;
  }
}
