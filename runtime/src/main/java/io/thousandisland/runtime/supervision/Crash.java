package io.thousandisland.runtime.supervision;

/**
 * Where one incarnation of a node, from a start to the next, reports that it crashed.
 *
 * <p>Thread: any, the dying one included. Returns at once and waits for nobody.
 */
@FunctionalInterface
public interface Crash {

  /** The first report of an incarnation counts; one that comes after its stop is ignored. */
  void crashed(Throwable reason);
}
