// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.HandlerName;
import io.thousandisland.handler.HandlerNonblocking;
import io.thousandisland.runtime.handlers.HandlerBinding;
import java.lang.module.ModuleDescriptor;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/** The facts about a handler that a framework knows from its service: here its class tells them. */
final class HandlerFacts {

  private static final String NAMELESS = "handler";
  private static final String UNVERSIONED = "unversioned";
  private static final String SUFFIX = "Handler";
  private static final Pattern ENCLOSING = Pattern.compile("^.*[.$/]\\d*");

  private HandlerFacts() {}

  /**
   * The binding of {@code handler}.
   *
   * @param number unique among the handlers of a server, and never used again
   * @param nonblocking whether it promises not to block, though its class does not say so
   */
  static HandlerBinding binding(Handler<?> handler, long number, boolean nonblocking) {
    Class<?> type = handler.getClass();
    return new HandlerBinding(
        new HandlerBinding.Facts(
            name(type),
            version(type),
            number,
            0,
            nonblocking || type.isAnnotationPresent(HandlerNonblocking.class)),
        handler);
  }

  /** The annotated name; without one {@code line} for a {@code LineHandler}. */
  static String name(Class<?> type) {
    HandlerName name = type.getAnnotation(HandlerName.class);
    if (name != null) {
      return name.value();
    }
    // not getSimpleName, which may look for other classes
    String simple = ENCLOSING.matcher(type.getName()).replaceFirst("");
    String stem =
        simple.endsWith(SUFFIX) ? simple.substring(0, simple.length() - SUFFIX.length()) : simple;
    return stem.isEmpty() || !Character.isJavaIdentifierStart(stem.charAt(0))
        ? NAMELESS
        : Character.toLowerCase(stem.charAt(0)) + stem.substring(1);
  }

  /** The version of its module or of its jar; a word when neither has one. */
  private static String version(Class<?> type) {
    return Optional.ofNullable(type.getModule().getDescriptor())
        .flatMap(ModuleDescriptor::rawVersion)
        .orElse(
            Objects.requireNonNullElse(type.getPackage().getImplementationVersion(), UNVERSIONED));
  }
}
