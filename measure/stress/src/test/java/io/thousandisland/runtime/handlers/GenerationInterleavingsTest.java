// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.handlers;

import io.thousandisland.handler.Handler;
import io.thousandisland.runtime.server.Checks;
import io.thousandisland.stress.Interleavings;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Generation: no connection is in a generation that has ended, and each closed generation ends
 * once.
 */
public class GenerationInterleavingsTest {

  public static class Model {
    private final AtomicInteger ended = new AtomicInteger();
    private final Generation generation =
        new Generation(
            1,
            new HandlerBinding(
                new HandlerBinding.Facts("h", "1", 1, 0, false), new Handler<Object>() {}),
            g -> ended.incrementAndGet());

    public void live() {
      if (generation.enter()) {
        generation.handler(); // throws when the generation has ended
        Checks.that(ended.get() == 0, "ended with a connection in it");
        generation.exit();
      }
    }

    public void close() {
      generation.close();
    }

    public void holds() {
      Checks.that(ended.get() == 1, "ended " + ended.get() + " times");
      Checks.that(generation.handlerIfAny() == null, "refers to its handler");
    }
  }

  @Test
  void closedGenerationEndsOnceWhenItsLastConnectionIsGone() {
    Interleavings.of(Model.class).thread("live").thread("live").thread("close").explore();
  }

  @Test
  void closingTwiceEndsItOnce() {
    Interleavings.of(Model.class).thread("close").thread("live").thread("close").explore();
  }
}
