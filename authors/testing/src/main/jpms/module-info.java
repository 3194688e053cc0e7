// SPDX-License-Identifier: Apache-2.0
/** For tests of handlers: a server on a real socket, and a client for it. */
module io.thousandisland.testing {
  requires transitive io.thousandisland.api;
  requires io.thousandisland.embedded;

  exports io.thousandisland.testing;
}
