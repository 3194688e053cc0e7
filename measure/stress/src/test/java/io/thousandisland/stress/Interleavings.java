// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.stress;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;

/**
 * The ways in which some threads can run past each other in one model.
 *
 * <p>A model is a public class with a constructor without parameters; each thread calls some of its
 * methods, one after the other. It fails when a method throws or when threads wait without end. It
 * also fails when its method {@code holds} throws, which is called when all threads are through.
 * The report shows the schedule that led there.
 */
public final class Interleavings {

  private static final int TRIED = Integer.getInteger("interleavings", 100);

  private final Class<?> model;
  private final List<List<Actor>> threads = new ArrayList<>();

  private Interleavings(Class<?> model) {
    this.model = model;
  }

  public static Interleavings of(Class<?> model) {
    return new Interleavings(model);
  }

  /** Adds a thread that makes these calls. */
  public Interleavings thread(String... calls) {
    threads.add(Stream.of(calls).map(this::actor).toList());
    return this;
  }

  public void explore() {
    new ModelCheckingOptions()
        .iterations(0)
        .invocationsPerIteration(TRIED)
        .minimizeFailedScenario(false)
        .verifier(NothingThrown.class)
        .addCustomScenario(new ExecutionScenario(List.of(), threads, List.of(actor("holds")), null))
        .check(model);
  }

  private Actor actor(String call) {
    return new Actor(method(call), List.of());
  }

  private Method method(String call) {
    try {
      return model.getMethod(call);
    } catch (NoSuchMethodException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
