// SPDX-License-Identifier: Apache-2.0
/** TCP and Unix sockets. */
module io.thousandisland.transport.tcp {
  requires transitive io.thousandisland.api;

  exports io.thousandisland.transport.tcp to
      io.thousandisland.embedded;
}
