// SPDX-License-Identifier: Apache-2.0
/** The server. Programs use it through {@code io.thousandisland.embedded}. */
module io.thousandisland.runtime {
  requires transitive io.thousandisland.api;

  exports io.thousandisland.runtime.configuration to
      io.thousandisland.embedded;
  exports io.thousandisland.runtime.handlers to
      io.thousandisland.embedded;
  exports io.thousandisland.runtime.server to
      io.thousandisland.embedded;
  exports io.thousandisland.runtime.settings to
      io.thousandisland.embedded;
  exports io.thousandisland.runtime.shared to
      io.thousandisland.embedded;
  exports io.thousandisland.runtime.signals to
      io.thousandisland.embedded;
}
