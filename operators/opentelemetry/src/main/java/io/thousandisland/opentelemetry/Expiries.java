// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.opentelemetry;

import io.thousandisland.transport.Transport;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** When the certificates of a transport expire, as it tells by its facts. */
final class Expiries {

  /** The name of the certificate that expires first, when the transport names none. */
  private static final String UNNAMED = "";

  private Expiries() {}

  /** By name; empty for a transport without certificates. A text that is no time is left out. */
  static Map<String, Instant> of(Map<String, String> facts) {
    var expiries = new HashMap<String, Instant>();
    facts.forEach(
        (fact, told) -> {
          String text = String.valueOf(told); // a transport that breaks its promise tells null
          int end = text.lastIndexOf(Transport.UNTIL);
          if (fact.startsWith(Transport.CERTIFICATE) && end >= 0) {
            instant(text.substring(end + Transport.UNTIL.length()))
                .ifPresent(until -> expiries.put(text.substring(0, end), until));
          }
        });
    if (expiries.isEmpty()) {
      instant(facts.getOrDefault(Transport.EXPIRES, ""))
          .ifPresent(first -> expiries.put(UNNAMED, first));
    }
    return expiries;
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeException none) {
      return Optional.empty();
    }
  }
}
