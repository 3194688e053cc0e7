// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.certificates;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The certificates by the names that clients ask for (RFC 6125, section 6.4): those of exactly the
 * name; else those of a wildcard, whose star stands for one label; else the default ones.
 * Immutable.
 *
 * <p>Thread: any.
 */
final class ServerNames {

  /** By names and wildcards as certificates write them, in lower case. */
  private final Map<String, List<Identity>> byName = new HashMap<>();

  /** The first certificate, and all that have a name in common with it. */
  private final List<Identity> byDefault = new ArrayList<>();

  /**
   * @param all at least one
   */
  ServerNames(List<Identity> all) {
    Identity first = all.getFirst();
    for (Identity one : all) {
      for (String name : one.names()) {
        byName.computeIfAbsent(name, any -> new ArrayList<>()).add(one);
      }
      if (one == first || !Collections.disjoint(one.names(), first.names())) {
        byDefault.add(one);
      }
    }
  }

  /** In lower case, without a dot at its end. */
  static String plain(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  /** Whether a certificate is for {@code name}, which is plain. */
  boolean knows(String name) {
    return of(name) != null;
  }

  /**
   * The certificates for {@code name}, in their order: of all its kinds of keys.
   *
   * @param name is plain; null when the client asks for none
   */
  List<Identity> orDefault(@Nullable String name) {
    List<Identity> found = name == null ? null : of(name);
    return found == null ? byDefault : found;
  }

  /** Whether a client exists that is shown {@code one}: the first of its kind for some name. */
  boolean shows(Identity one) {
    String kind = one.key().getAlgorithm();
    return Stream.concat(byName.values().stream(), Stream.of(byDefault))
        .flatMap(all -> all.stream().filter(each -> each.isOfKind(kind)).findFirst().stream())
        .anyMatch(first -> first == one);
  }

  private @Nullable List<Identity> of(String name) {
    List<Identity> exactly = byName.get(name);
    int dot = name.indexOf('.');
    return exactly == null && dot > 0 ? byName.get("*" + name.substring(dot)) : exactly;
  }
}
