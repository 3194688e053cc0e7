package io.thousandisland.runtime.handlers;

/**
 * The facts about a handler service that an operator wants to know.
 *
 * @param name {@code handler.name}
 * @param version version of its bundle
 * @param serviceId {@code service.id}, unique in the framework and never used again
 * @param ranking {@code service.ranking}
 * @param nonblocking {@code handler.nonblocking}
 */
public record HandlerFacts(
    String name, String version, long serviceId, int ranking, boolean nonblocking) {}
