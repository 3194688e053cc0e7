// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.choice;

import io.thousandisland.runtime.absence.FailedComponents;
import io.thousandisland.runtime.supervision.Backoff;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/**
 * A service that a server is bound to, and may obtain.
 *
 * <p>The service is obtained when it is chosen for the first time, not before: a component that no
 * server chooses is not activated. From then on the service is kept until it leaves, or the server
 * does.
 *
 * <pre>
 *   UNTRIED ──▶ BEING_OBTAINED ──▶ OBTAINED ──▶ RELEASED
 *                  ▲      │                        ▲
 *      retry is due│      ▼                        │
 *                 FAILED ──────────────────────────┘
 * </pre>
 *
 * <p>Thread: any. The lock is not held while the framework or a component's code runs.
 */
public final class Candidate<T> {

  private enum State {
    UNTRIED,
    BEING_OBTAINED,
    OBTAINED,
    FAILED,
    RELEASED
  }

  private final BundleContext context;
  private final ServiceReference<T> reference;

  // all guarded by this
  private State state = State.UNTRIED;
  private @Nullable T service;
  private @Nullable String failure;
  private int failures;
  private long retryAt;

  Candidate(BundleContext context, ServiceReference<T> reference) {
    this.context = context;
    this.reference = reference;
  }

  ServiceReference<T> reference() {
    return reference;
  }

  /** Null unless the service has been obtained. */
  synchronized @Nullable T service() {
    return state == State.OBTAINED ? service : null;
  }

  /**
   * Why the last try to obtain the service failed; null without a try, or when it has been
   * obtained.
   */
  synchronized @Nullable String failure() {
    return state == State.OBTAINED || state == State.RELEASED ? null : failure;
  }

  /** Whether the component is being activated for us, which may take long. */
  synchronized boolean isBeingObtained() {
    return state == State.BEING_OBTAINED;
  }

  /** The wait between the last failure and the next try. */
  synchronized Duration retryIn() {
    return Backoff.DEFAULT.after(Math.max(1, failures));
  }

  /** Makes the next try due now, if the last try failed. */
  synchronized void retryNow() {
    retryAt = System.nanoTime();
  }

  /**
   * Obtains the service, unless that is done. Its component is activated on this thread.
   *
   * @return true when this call tried and failed
   */
  boolean tryToObtain() {
    synchronized (this) {
      boolean due = state == State.FAILED && System.nanoTime() - retryAt >= 0;
      if (state != State.UNTRIED && !due) {
        return false;
      }
      state = State.BEING_OBTAINED;
    }
    T obtained = null;
    String why = null;
    try {
      obtained = context.getService(reference);
      if (obtained == null) {
        why = FailedComponents.why(context, reference);
      }
    } catch (RuntimeException | Error e) { // from a service factory, or because our bundle stops
      why = e.toString();
    }
    return !settle(obtained, why);
  }

  private boolean settle(@Nullable T obtained, @Nullable String why) {
    synchronized (this) {
      if (state == State.BEING_OBTAINED) {
        service = obtained;
        failure = why;
        state = obtained == null ? State.FAILED : State.OBTAINED;
        if (obtained == null) {
          failures++;
          retryAt = System.nanoTime() + retryIn().toNanos();
        }
        return obtained != null;
      }
    }
    unget(); // the service left meanwhile
    return true;
  }

  /** Releases the service, for good. Idempotent. */
  void release() {
    boolean held;
    synchronized (this) {
      held = state == State.OBTAINED;
      state = State.RELEASED;
      service = null;
    }
    if (held) {
      unget();
    }
  }

  private void unget() {
    try {
      boolean unused = context.ungetService(reference);
    } catch (IllegalStateException stopped) {
      // our bundle has stopped, and the framework has released all its services
      return;
    }
  }
}
