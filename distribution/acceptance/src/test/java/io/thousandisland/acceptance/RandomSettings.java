// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Configurations of one server, made at random: the single list of the keys that a stampede
 * changes, and of their values. Any value of a key goes with any value of all others.
 *
 * <p>Each configuration has a number of its own, {@value #NUMBER}. So a test can tell which one is
 * in force; no server has so many connections that it would tell an alarm.
 */
final class RandomSettings {

  /** The key that has the number of the configuration. */
  static final String NUMBER = "alarmConnections";

  private static final int FIRST = 1_000_000;

  /** Without these a server is another one, or none. */
  private static final String ALWAYS = "port = 0\nhandler.target = (handler.name=moody)\n";

  /** The keys that stay as they are. */
  private static final Set<String> LEFT_ALONE =
      Set.of(
          "name",
          "host",
          "port",
          "listen",
          "unixPermissions",
          "unixOwner",
          "unixGroup",
          "handler.target",
          "transport.target",
          "listener.target");

  /** The value of a key that is not in a configuration: the default. */
  private static final String DEFAULT = "";

  private final Random random;
  private final Map<String, List<String>> values = new TreeMap<>();
  private int last = FIRST;

  /** {@code guests} is the number of clients, which limits allow or do not allow. */
  RandomSettings(Random random, int guests) {
    this.random = random;
    // listening
    any("acceptors", "2", "4", "10");
    any("listenSockets", "1", "2");
    any("backlog", DEFAULT, "128");
    any("socketOptions", DEFAULT, "TCP_NODELAY=true, SO_RCVBUF=32768", "SO_SNDBUF=16384");
    // places
    any("maxConnections", DEFAULT, "" + guests / 4, "" + guests / 2);
    any("whenLimitReached", "park", "reject");
    any("maxConnectionsPerAcceptor", DEFAULT, "" + guests / 4);
    any("maxConnectionsPerAddress", DEFAULT, "" + guests / 25);
    any("ipv6Prefix", DEFAULT, "48");
    any("acceptRate", DEFAULT, "" + guests);
    any("acceptBurst", DEFAULT, "10");
    any("allow", DEFAULT, "127.0.0.0/8", "127.0.0.0/29, ::1");
    any("deny", DEFAULT, "127.0.0.3", "127.0.0.4/30");
    any("alarmCooldown", DEFAULT, "0s");
    // the guests send no header
    any("proxySources", "127.0.0.0/8, ::1");
    any("proxyProtocol", DEFAULT, "optional");
    any("proxyTimeout", "200ms", "1s");
    // time
    any("readTimeout", DEFAULT, "1s", "10s");
    any("sendTimeout", DEFAULT, "1s");
    any("handshakeTimeout", DEFAULT, "1s");
    any("maxAge", DEFAULT, "2s", "10s");
    any("maxAgeJitter", DEFAULT, "0", "100");
    any("firstByteTimeout", DEFAULT, "500ms");
    any("minReceiveRate", DEFAULT, "50");
    any("minSendRate", DEFAULT, "100000");
    any("rateWindow", DEFAULT, "1s");
    any("idleBy", "received", "both");
    // leaving; the framework's patience allows 4 s
    any("drainTimeout", "1s", "2s");
    any("drainSpread", DEFAULT, "500ms", "1s");
    any("shutdownTimeout", "1s");
    any("readyDelay", DEFAULT, "300ms");
    any("handlerWait", DEFAULT, "5s");
    any("whenHandlerLeaves", "migrate", "migrate", "drain");
    any("whenBetterHandlerArrives", "keep", "drain", "migrate");
    any("rolling", "false", "true");
    // memory, supervision, and a key of the handler's
    any("readBufferSize", DEFAULT, "4096");
    any("unreadLimit", DEFAULT, "2000000");
    any("unsentLimit", DEFAULT, "100000");
    any("mailboxSize", DEFAULT, "8");
    any("restarts", DEFAULT, "10");
    any("restartWindow", DEFAULT, "1m");
    any("option.colour", DEFAULT, "red");
  }

  private void any(String key, String... choices) {
    values.put(key, List.of(choices));
  }

  /** Each key with one of its values. */
  String next() {
    return of(
        values.entrySet().stream()
            .map(key -> line(key.getKey(), key.getValue()))
            .filter(line -> !line.isEmpty()));
  }

  /** Most of the defaults stay: otherwise some limit would always keep most guests out. */
  private String line(String key, List<String> choices) {
    boolean stays = choices.contains(DEFAULT) && random.nextInt(3) > 0;
    String value = stays ? DEFAULT : choices.get(random.nextInt(choices.size()));
    return value.equals(DEFAULT) ? "" : key + " = " + value;
  }

  /** These lines; everything else has its default. */
  String with(String... lines) {
    return of(Stream.of(lines));
  }

  private String of(Stream<String> lines) {
    last++;
    return ALWAYS
        + NUMBER
        + " = "
        + last
        + "\n"
        + lines.collect(Collectors.joining("\n", "", "\n"));
  }

  /** The number of the newest configuration. */
  int last() {
    return last;
  }

  /** How many configurations there were so far. */
  int count() {
    return last - FIRST;
  }

  /** The keys among these that are neither changed nor meant to be left alone. */
  Set<String> forgotten(Set<String> keys) {
    var forgotten = new HashSet<>(keys);
    forgotten.removeAll(LEFT_ALONE);
    forgotten.removeAll(values.keySet());
    forgotten.remove(NUMBER);
    return forgotten;
  }
}
