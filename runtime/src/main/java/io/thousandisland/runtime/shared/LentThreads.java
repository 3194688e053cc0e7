// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.shared;

import io.thousandisland.transport.ThreadLender;
import java.util.HashSet;
import java.util.Set;

/**
 * The pollers that have lent threads to connections of a server since the last {@link #renew}. When
 * a handler or a transport is gone for good, the threads are replaced and the lenders forgotten,
 * because objects that were left on the threads (thread-locals, above all) would keep the classes
 * of the old bundle.
 *
 * <p>Thread: any.
 */
public final class LentThreads {

  /** Replaced as a whole, under the lock of this; a few pollers. */
  private volatile Set<ThreadLender> known = Set.of();

  public void add(ThreadLender lender) {
    if (!known.contains(lender)) {
      addNew(lender);
    }
  }

  private synchronized void addNew(ThreadLender lender) {
    var more = new HashSet<>(known);
    more.add(lender);
    known = Set.copyOf(more);
  }

  public void renew() {
    Set<ThreadLender> before;
    synchronized (this) {
      before = known;
      known = Set.of();
    }
    before.forEach(ThreadLender::renew);
  }
}
