// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.configuration;

import io.thousandisland.runtime.settings.AccessSettings;
import io.thousandisland.runtime.settings.AlarmSettings;
import io.thousandisland.runtime.settings.BufferSettings;
import io.thousandisland.runtime.settings.InvalidSetting;
import io.thousandisland.runtime.settings.LeaveSettings;
import io.thousandisland.runtime.settings.LimitSettings;
import io.thousandisland.runtime.settings.ListenAddress;
import io.thousandisland.runtime.settings.ListenSettings;
import io.thousandisland.runtime.settings.PaceSettings;
import io.thousandisland.runtime.settings.Policies;
import io.thousandisland.runtime.settings.ProxySettings;
import io.thousandisland.runtime.settings.RestartSettings;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.server.Cidr;
import io.thousandisland.transport.PathAccess;
import java.lang.reflect.Array;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The reader that turns a component's properties into a server's settings. Keys, types and defaults
 * come from {@link ServerConfig}. One message names every key that is wrong or unknown.
 */
public final class SettingsReader {

  private final Map<String, Object> properties;
  private final List<String> problems = new ArrayList<>();

  private SettingsReader(Map<String, Object> properties) {
    this.properties = properties;
  }

  /**
   * @throws RefusedConfiguration naming every key that is wrong
   */
  public static ServerSettings read(Map<String, Object> properties) {
    return new SettingsReader(properties).read();
  }

  /** The configured name, or the text after the {@code ~} of the factory PID. */
  public static String name(Map<String, Object> properties) {
    if (properties.get("name") instanceof String name && !name.isBlank()) {
      return name;
    }
    String pid = String.valueOf(properties.getOrDefault("service.pid", "server"));
    return pid.substring(Math.max(pid.lastIndexOf('~'), pid.lastIndexOf('.')) + 1);
  }

  private ServerSettings read() {
    properties.keySet().stream()
        .sorted()
        .flatMap(key -> ConfigKeys.problem(key).stream())
        .forEach(problems::add);
    if (properties.keySet().stream().anyMatch(key -> key.endsWith(".target"))) {
      problems.addAll(Targets.problems(properties)); // needs a framework's classes
    }
    // each group reports its own problems, so that one message names as many as possible
    ServerSettings read = ServerSettings.defaults(name(properties));
    read = read.with(part(read.limits(), this::limits));
    read = read.with(part(read.timeouts(), this::timeouts));
    read = read.with(part(read.pace(), this::pace));
    read = read.with(part(read.policies(), this::policies));
    read = read.with(part(read.buffers(), this::buffers));
    read = read.with(part(read.restarts(), this::restarts));
    read = read.with(part(read.access(), this::access));
    read = read.with(part(read.proxy(), this::proxy));
    LeaveSettings leave = part(read.leave(), this::leave);
    read = part(read, read, start -> start.with(leave));
    read = read.with(part(read.alarm(), this::alarm));
    read = part(read, read, start -> start.withAcceptors(number("acceptors")));
    ListenSettings listen = part(read.listen(), this::listen);
    read = part(read, read, start -> start.with(listen)).with(options());
    if (!problems.isEmpty()) {
      throw new RefusedConfiguration(problems);
    }
    return read;
  }

  private <T> T part(T instead, Supplier<T> reader) {
    return part(instead, instead, start -> reader.get());
  }

  private <S, T> T part(T instead, S start, Function<S, T> reader) {
    try {
      return reader.apply(start);
    } catch (InvalidSetting e) {
      problems.add(asWritten(e));
      return instead;
    }
  }

  /** The message, with the value as the operator wrote it: 0s, not PT0S. */
  private String asWritten(InvalidSetting e) {
    Object given = properties.get(e.key());
    return String.valueOf(
        given == null || isList(e.key()) // then the message has the one that is wrong
            ? e.getMessage()
            : new InvalidSetting(e.key(), given, e.allowed()).getMessage());
  }

  private static boolean isList(String key) {
    return ConfigKeys.defaultOf(key) instanceof String[];
  }

  private ListenSettings listen() {
    boolean brief = texts("listen").isEmpty();
    return new ListenSettings(
        brief,
        brief ? List.of(new ListenAddress.Inet(text("host"), port())) : addresses(),
        number("backlog"),
        number("listenSockets"),
        parsed("socketOptions", Map.of(), key -> SocketOptionTable.parse(key, texts(key))),
        new PathAccess(
            parsed(
                "unixPermissions",
                Optional.empty(),
                key -> given(key).map(text -> Permissions.parse(key, text))),
            given("unixOwner"),
            given("unixGroup")));
  }

  /** The addresses of {@code listen}, beside which {@code host} and {@code port} mean nothing. */
  private List<ListenAddress> addresses() {
    for (String key : List.of("host", "port")) {
      if (properties.containsKey(key) && !text(key).isEmpty()) {
        problems.add(
            "listen and %s are both set; allowed: listen, or host and port".formatted(key));
      }
    }
    return texts("listen").stream().map(ListenAddress::parse).toList();
  }

  /** The text of a key that may be left empty. */
  private Optional<String> given(String key) {
    return Optional.of(text(key)).filter(text -> !text.isEmpty());
  }

  /** Must be given: otherwise an empty or half-written file would be a server, somewhere. */
  private int port() {
    if (!properties.containsKey("port")) {
      problems.add(
          "port is missing; allowed: a whole number from 0 to 65535 (0 picks a free port), or listen"
              + " instead");
      return 0;
    }
    return number("port", 0);
  }

  private LimitSettings limits() {
    return new LimitSettings(
        number("maxConnections"),
        choice("whenLimitReached", LimitSettings.WhenReached.values()),
        number("maxConnectionsPerAcceptor"),
        number("maxConnectionsPerAddress"),
        number("ipv6Prefix"),
        number("acceptRate"),
        number("acceptBurst"));
  }

  private AccessSettings access() {
    return new AccessSettings(blocks("allow"), blocks("deny"));
  }

  private ProxySettings proxy() {
    return new ProxySettings(
        choice("proxyProtocol", ProxySettings.Mode.values()),
        blocks("proxySources"),
        duration("proxyTimeout"));
  }

  private List<Cidr> blocks(String key) {
    return parsed(
        key,
        List.of(),
        k ->
            texts(k).stream()
                .map(
                    text ->
                        Cidr.parse(text).orElseThrow(() -> new InvalidSetting(k, text, Cidr.FORM)))
                .toList());
  }

  private AlarmSettings alarm() {
    return new AlarmSettings(number("alarmConnections"), duration("alarmCooldown"));
  }

  private Timeouts timeouts() {
    return new Timeouts(
        duration("readTimeout"),
        duration("sendTimeout"),
        duration("handshakeTimeout"),
        duration("drainTimeout"),
        duration("shutdownTimeout"),
        duration("handlerWait"));
  }

  private LeaveSettings leave() {
    return new LeaveSettings(duration("readyDelay"), duration("drainSpread"));
  }

  private PaceSettings pace() {
    return new PaceSettings(
        duration("maxAge"),
        number("maxAgeJitter"),
        duration("firstByteTimeout"),
        number("minReceiveRate"),
        number("minSendRate"),
        duration("rateWindow"),
        choice("idleBy", PaceSettings.IdleBy.values()));
  }

  private Policies policies() {
    return new Policies(
        choice("whenHandlerLeaves", Policies.WhenHandlerLeaves.values()),
        choice("whenBetterHandlerArrives", Policies.WhenBetterArrives.values()),
        flag("rolling"));
  }

  private BufferSettings buffers() {
    return new BufferSettings(
        number("readBufferSize"),
        number("unreadLimit"),
        number("unsentLimit"),
        number("mailboxSize"));
  }

  private RestartSettings restarts() {
    return new RestartSettings(number("restarts"), duration("restartWindow"));
  }

  /** The options for handlers, whatever they mean. */
  private Map<String, String> options() {
    return properties.keySet().stream()
        .filter(ConfigKeys::isOption)
        .collect(
            Collectors.toMap(
                key -> key.substring(ConfigKeys.OPTION.length()),
                key -> optionText(properties.get(key))));
  }

  private static String optionText(@Nullable Object value) {
    if (value instanceof Collection<?> several) {
      return several.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
    if (value != null && value.getClass().isArray()) {
      return IntStream.range(0, Array.getLength(value))
          .mapToObj(i -> String.valueOf(Array.get(value, i)))
          .collect(Collectors.joining(","));
    }
    return value == null ? "" : String.valueOf(value);
  }

  private Object value(String key) {
    Object given = properties.get(key);
    return given != null ? given : defaultOf(key);
  }

  private static Object defaultOf(String key) {
    return Objects.requireNonNull(ConfigKeys.defaultOf(key));
  }

  private <T> T parsed(String key, T instead, Function<String, T> parse) {
    try {
      return parse.apply(key);
    } catch (InvalidSetting e) {
      problems.add(asWritten(e));
      return instead;
    }
  }

  private String text(String key) {
    return String.valueOf(value(key)).strip();
  }

  private int number(String key) {
    return number(key, (Integer) defaultOf(key));
  }

  private int number(String key, int instead) {
    return parsed(
        key,
        instead,
        k -> {
          try {
            return Integer.valueOf(text(k));
          } catch (NumberFormatException e) {
            throw new InvalidSetting(k, value(k), "a whole number");
          }
        });
  }

  private boolean flag(String key) {
    return parsed(
        key,
        (Boolean) defaultOf(key),
        k ->
            switch (text(k)) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new InvalidSetting(k, value(k), "true or false");
            });
  }

  private Duration duration(String key) {
    return parsed(
        key, Durations.parse(key, (String) defaultOf(key)), k -> Durations.parse(k, text(k)));
  }

  private <E extends Enum<E>> E choice(String key, E[] values) {
    return parsed(
        key,
        values[0],
        k -> {
          for (E value : values) {
            if (value.name().equalsIgnoreCase(text(k))) {
              return value;
            }
          }
          String allowed =
              String.join(" or ", Arrays.stream(values).map(SettingsReader::spelled).toList());
          throw new InvalidSetting(k, value(k), allowed);
        });
  }

  private static String spelled(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private List<String> texts(String key) {
    Object value = value(key);
    if (value instanceof Object[] array) {
      return Arrays.stream(array).map(String::valueOf).toList();
    }
    if (value instanceof Collection<?> several) {
      return several.stream().map(String::valueOf).toList();
    }
    return Arrays.stream(String.valueOf(value).split(","))
        .map(String::strip)
        .filter(s -> !s.isEmpty())
        .toList();
  }
}
