// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance.peers;

/**
 * One phase of a {@link Stampede}.
 *
 * @param patienceMillis how long a guest waits for its first reply before it leaves
 * @param over whether the guests shall leave instead of beginning another act
 */
record Phase(Outcomes outcomes, int patienceMillis, boolean over) {

  Phase(int patienceMillis) {
    this(new Outcomes(), patienceMillis, false);
  }
}
