// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import java.io.IOException;

/**
 * The things that a server holds while it has no connection.
 *
 * @param heapBytes bytes of live objects
 * @param connections objects of live or ended connections
 * @param handlers objects of all versions of the handler
 * @param virtualThreads threads of connections and of the server
 * @param threads platform threads
 */
record Footprint(
    long heapBytes,
    long connections,
    long handlers,
    long virtualThreads,
    long threads,
    long descriptors) {

  static Footprint of(ServerProcess server) throws IOException, InterruptedException {
    LiveObjects live = LiveObjects.of(server);
    return new Footprint(
        live.bytes(),
        live.count("io.thousandisland.runtime.connection.Connection"),
        live.count("io.thousandisland.acceptance.bundles.MoodyHandler"),
        live.count("java.lang.VirtualThread"),
        Proc.threads(server.pid()),
        Proc.descriptors(server.pid()));
  }

  @Override
  public String toString() {
    return ("%,d KB of live heap, %d connection objects, %d handlers, %d virtual threads, %d"
            + " threads, %d descriptors")
        .formatted(heapBytes >> 10, connections, handlers, virtualThreads, threads, descriptors);
  }
}
