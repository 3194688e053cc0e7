// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.configuration;

import io.thousandisland.runtime.settings.ListenAddress;
import io.thousandisland.runtime.settings.ListenSettings;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.server.SettingInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The text of settings in force, as a configuration writes them: the way back from {@link
 * SettingsReader}.
 *
 * <p>Thread: any.
 */
public final class SettingsText {

  private static final Map<String, Function<ServerSettings, Object>> KEYS = keys();

  /** The keys that {@code listen} stands for. */
  private static final Set<String> SHORT_FORM = Set.of("host", "port");

  private SettingsText() {}

  private static Map<String, Function<ServerSettings, Object>> keys() {
    var keys = new TreeMap<String, Function<ServerSettings, Object>>();
    keys.put("name", s -> s.name());
    keys.put("host", s -> brief(s.listen(), ListenAddress.Inet::host));
    keys.put("port", s -> brief(s.listen(), ListenAddress.Inet::port));
    keys.put("listen", s -> s.listen().brief() ? "" : s.listen().addresses());
    keys.put("unixPermissions", s -> text(s.listen().access().permissions(), Permissions::text));
    keys.put("unixOwner", s -> text(s.listen().access().owner(), owner -> owner));
    keys.put("unixGroup", s -> text(s.listen().access().group(), group -> group));
    keys.put("backlog", s -> s.listen().backlog());
    keys.put("listenSockets", s -> s.listen().sockets());
    keys.put("socketOptions", s -> s.listen().options());
    keys.put("acceptors", s -> s.acceptors());
    keys.put("maxConnections", s -> s.limits().maxConnections());
    keys.put("whenLimitReached", s -> s.limits().whenReached());
    keys.put("maxConnectionsPerAcceptor", s -> s.limits().perAcceptor());
    keys.put("maxConnectionsPerAddress", s -> s.limits().perAddress());
    keys.put("ipv6Prefix", s -> s.limits().ipv6Prefix());
    keys.put("acceptRate", s -> s.limits().acceptRate());
    keys.put("acceptBurst", s -> s.limits().acceptBurst());
    keys.put("allow", s -> s.access().allow());
    keys.put("deny", s -> s.access().deny());
    keys.put("proxyProtocol", s -> s.proxy().mode());
    keys.put("proxySources", s -> s.proxy().sources());
    keys.put("proxyTimeout", s -> s.proxy().timeout());
    keys.put("alarmConnections", s -> s.alarm().connections());
    keys.put("alarmCooldown", s -> s.alarm().cooldown());
    keys.put("readTimeout", s -> s.timeouts().read());
    keys.put("sendTimeout", s -> s.timeouts().send());
    keys.put("handshakeTimeout", s -> s.timeouts().handshake());
    keys.put("drainTimeout", s -> s.timeouts().drain());
    keys.put("shutdownTimeout", s -> s.timeouts().shutdown());
    keys.put("handlerWait", s -> s.timeouts().handlerWait());
    keys.put("readyDelay", s -> s.leave().readyDelay());
    keys.put("drainSpread", s -> s.leave().spread());
    keys.put("maxAge", s -> s.pace().maxAge());
    keys.put("maxAgeJitter", s -> s.pace().maxAgeJitter());
    keys.put("firstByteTimeout", s -> s.pace().firstByte());
    keys.put("minReceiveRate", s -> s.pace().minReceiveRate());
    keys.put("minSendRate", s -> s.pace().minSendRate());
    keys.put("rateWindow", s -> s.pace().rateWindow());
    keys.put("idleBy", s -> s.pace().idleBy());
    keys.put("whenHandlerLeaves", s -> s.policies().whenHandlerLeaves());
    keys.put("whenBetterHandlerArrives", s -> s.policies().whenBetterArrives());
    keys.put("rolling", s -> s.policies().rolling());
    keys.put("readBufferSize", s -> s.buffers().read());
    keys.put("unreadLimit", s -> s.buffers().unreadLimit());
    keys.put("unsentLimit", s -> s.buffers().unsentLimit());
    keys.put("mailboxSize", s -> s.buffers().mailbox());
    keys.put("restarts", s -> s.restarts().restarts());
    keys.put("restartWindow", s -> s.restarts().window());
    return keys;
  }

  /** All keys with their values, in the order of the keys. */
  public static List<SettingInfo> of(ServerSettings settings, Targets targets) {
    List<SettingInfo> all = values(settings);
    all.add(target("handler.target", targets.handler()));
    all.add(target("transport.target", targets.transport()));
    all.add(target("listener.target", targets.listener()));
    return sorted(all);
  }

  /** The same without the targets: a server without a framework chooses no services. */
  public static List<SettingInfo> of(ServerSettings settings) {
    return sorted(values(settings));
  }

  private static List<SettingInfo> values(ServerSettings settings) {
    ServerSettings standard = ServerSettings.defaults("-");
    var all = new ArrayList<SettingInfo>();
    KEYS.forEach(
        (key, value) -> {
          String text = text(value.apply(settings));
          boolean required = ConfigKeys.defaultOf(key) == null && !text.isEmpty();
          all.add(
              new SettingInfo(
                  key, text, !required && isStandard(key, text, text(value.apply(standard)))));
        });
    settings.options().keySet().stream()
        .map(option -> new SettingInfo(ConfigKeys.OPTION + option, "", false))
        .forEach(all::add);
    return all;
  }

  private static List<SettingInfo> sorted(List<SettingInfo> all) {
    all.sort(Comparator.comparing(SettingInfo::key));
    return all;
  }

  /** A key of the short form is at its default where the long form stands for it, too. */
  private static boolean isStandard(String key, String text, String standard) {
    return text.equals(standard) || (text.isEmpty() && SHORT_FORM.contains(key));
  }

  /** The value of a key of the short form; empty where the long form stands for it. */
  private static Object brief(ListenSettings listen, Function<ListenAddress.Inet, Object> value) {
    return listen.brief() ? text(listen.inet(), value) : "";
  }

  private static <T> Object text(Optional<T> value, Function<T, Object> text) {
    return value.map(text).orElse("");
  }

  private static SettingInfo target(String key, Object filter) {
    String text = filter.toString();
    return new SettingInfo(key, text, text.equals(ConfigKeys.defaultOf(key)));
  }

  private static String text(Object value) {
    return switch (value) {
      case Duration duration -> Timeouts.text(duration);
      case Enum<?> choice -> choice.name().toLowerCase(Locale.ROOT);
      case Map<?, ?> options ->
          options.entrySet().stream()
              .map(each -> each.getKey() + "=" + each.getValue())
              .sorted()
              .collect(Collectors.joining(", "));
      case Collection<?> several ->
          several.stream().map(String::valueOf).collect(Collectors.joining(", "));
      default -> String.valueOf(value);
    };
  }

  /** The keys that have a text here, besides the targets. */
  static Collection<String> known() {
    return Arrays.asList(KEYS.keySet().toArray(String[]::new));
  }
}
