package io.thousandisland.transport;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Owner of a thread on which readiness is told, and which whoever is told may use meanwhile.
 * Implemented by transports that can spare their thread, since another can take its place.
 *
 * <p>Without that, who is told may only wake somebody else: a hand-over for each message.
 */
@ConsumerType
public interface ThreadLender {

  /**
   * The calling thread is about to wait, or to work for long: another takes its place at once, and
   * this one ends when the call it was lent for returns.
   *
   * <p>Thread: the lent one, within that call, at most once.
   */
  void keep();

  /**
   * Replaces the lent thread by a new one when it next returns, so that nothing is kept of what was
   * left on it, thread-locals above all. Any thread; does not wait for it.
   */
  void renew();
}
