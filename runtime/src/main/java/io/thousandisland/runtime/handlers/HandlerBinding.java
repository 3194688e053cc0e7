package io.thousandisland.runtime.handlers;

import io.thousandisland.handler.Handler;

/** A handler service that could serve. */
public record HandlerBinding(HandlerFacts facts, Handler<?> handler) {}
