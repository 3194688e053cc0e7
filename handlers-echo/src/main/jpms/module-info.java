// SPDX-License-Identifier: Apache-2.0
/** Echo, RFC 862. */
module io.thousandisland.handlers.echo {
  requires transitive io.thousandisland.api;

  exports io.thousandisland.handlers.echo;
}
