// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.telemetry.slf4j;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The last reported reason for each thing that is tried again and again: the same reason twice is
 * no news.
 *
 * <p>Thread: any.
 */
final class News {

  private record Subject(String server, String what) {}

  private final Map<Subject, String> said = new ConcurrentHashMap<>();

  /** True when another reason, or none, was reported before for {@code what}. */
  boolean isNews(String server, String what, String reason) {
    return !reason.equals(said.put(new Subject(server, what), reason));
  }

  /** From now on every reason is news. */
  void forget(String server, String what) {
    said.remove(new Subject(server, what));
  }

  /** The server has ended. */
  void forget(String server) {
    said.keySet().removeIf(subject -> subject.server.equals(server));
  }
}
