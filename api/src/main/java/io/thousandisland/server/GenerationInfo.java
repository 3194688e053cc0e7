// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.server;

/**
 * One binding of one handler service to a server.
 *
 * @param number 1 for the server's first generation, one more for each later generation
 * @param handler {@code handler.name} of the service
 * @param version version of the bundle the handler comes from
 * @param serviceId {@code service.id}
 * @param ranking {@code service.ranking}
 * @param serving true for the generation that new connections get
 * @param connections how many live connections it has
 */
public record GenerationInfo(
    int number,
    String handler,
    String version,
    long serviceId,
    int ranking,
    boolean serving,
    int connections) {}
