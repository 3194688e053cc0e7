// SPDX-License-Identifier: Apache-2.0
/** The contracts of the server: handlers, transports, facts and events. */
module io.thousandisland.api {
  exports io.thousandisland.handler;
  exports io.thousandisland.server;
  exports io.thousandisland.telemetry;
  exports io.thousandisland.transport;
}
