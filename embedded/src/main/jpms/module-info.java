// SPDX-License-Identifier: Apache-2.0
/** A server that a program starts by itself, without OSGi. */
module io.thousandisland.embedded {
  requires transitive io.thousandisland.api;
  requires io.thousandisland.runtime;
  requires io.thousandisland.transport.tcp;

  exports io.thousandisland.embedded;
}
