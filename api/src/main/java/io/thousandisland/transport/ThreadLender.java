// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * The owner of a thread that tells listeners of readiness, and that a listener may use meanwhile.
 * Implemented by transports that can spare their thread, because another thread can take its place.
 *
 * <p>Without a lender, a listener may only wake another thread: a hand-over for each message.
 */
@ConsumerType
public interface ThreadLender {

  /**
   * The calling thread is about to wait, or to work for long: another thread takes its place at
   * once, and the calling thread ends when the call that it was lent for returns.
   *
   * <p>Thread: the lent thread, within that call, at most once.
   */
  void keep();

  /**
   * Replaces the lent thread by a new one when it next returns, so that no objects left on it are
   * kept, thread-locals above all. Any thread; does not wait for the replacement.
   */
  void renew();
}
