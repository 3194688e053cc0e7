// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.ReadTimeout;
import io.thousandisland.runtime.configuration.ServerConfig;
import io.thousandisland.runtime.settings.LimitSettings;
import io.thousandisland.runtime.settings.PaceSettings;
import io.thousandisland.runtime.settings.Policies;
import io.thousandisland.runtime.settings.ProxySettings;
import io.thousandisland.server.SettingInfo;
import java.lang.reflect.Method;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each key of a configuration has a typed method, and each typed method is a key. */
class EveryKeyTest {

  private static final Set<String> NOT_TYPED = Set.of("set", "unset", "from", "option");

  private static Set<String> keys() {
    return Arrays.stream(ServerConfig.class.getDeclaredMethods())
        .map(method -> method.getName().replace('_', '.'))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The methods of the interfaces of keys. */
  private static List<Method> typed() {
    return Arrays.stream(ServerKeys.class.getMethods())
        .filter(method -> !NOT_TYPED.contains(method.getName()))
        .toList();
  }

  @Test
  void everyKeyIsAMethodAndEveryMethodIsAKey() {
    var expected = keys();
    expected.removeAll(Settings.OF_SERVICES.keySet());
    assertThat(typed()).extracting(Method::getName).doesNotHaveDuplicates();
    assertThat(typed()).extracting(Method::getName).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void keysThatChooseServicesExist() {
    assertThat(keys()).containsAll(Settings.OF_SERVICES.keySet());
  }

  @Test
  void everyMethodSetsTheKeyOfItsName() throws Exception {
    for (Method method : typed()) {
      var settings = new Settings(Map.of());
      Object unused = method.invoke(settings, example(method.getParameterTypes()[0]));
      assertThat(settings.toString()).as(method.getName()).startsWith("{" + method.getName() + "=");
    }
  }

  private static Object example(Class<?> type) {
    if (type.isEnum()) {
      return type.getEnumConstants()[0];
    }
    Map<Class<?>, Object> examples =
        Map.of(
            int.class,
            1,
            boolean.class,
            true,
            String.class,
            "x",
            String[].class,
            new String[] {"x"},
            Duration.class,
            Duration.ofMillis(1_500),
            Map.class,
            Map.of(StandardSocketOptions.SO_RCVBUF, 65_536));
    return Objects.requireNonNull(examples.get(type));
  }

  @Test
  void enumsHaveTheWordsOfTheConfiguration() {
    assertSame(WhenLimitReached.values(), LimitSettings.WhenReached.values());
    assertSame(ProxyProtocol.values(), ProxySettings.Mode.values());
    assertSame(IdleBy.values(), PaceSettings.IdleBy.values());
    assertSame(WhenHandlerLeaves.values(), Policies.WhenHandlerLeaves.values());
    assertSame(WhenBetterHandlerArrives.values(), Policies.WhenBetterArrives.values());
  }

  private static void assertSame(Enum<?>[] ours, Enum<?>[] theirs) {
    assertThat(Stream.of(ours).map(Enum::name))
        .containsExactlyElementsOf(Stream.of(theirs).map(Enum::name).toList());
  }

  /** The status shows the values that the typed methods have set. */
  @Test
  void valuesAreInForce() {
    try (var server =
        ThousandIsland.serve(new LineHandler("one"))
            .name("echo")
            .port(0)
            .daemon()
            .readTimeout(Duration.ofMillis(1_500))
            .sendTimeout(ReadTimeout.FOREVER)
            .maxConnections(7)
            .whenLimitReached(WhenLimitReached.REJECT)
            .allow("10.0.0.0/8", "127.0.0.0/8")
            .rolling(true)
            .socketOptions(Map.of(StandardSocketOptions.SO_RCVBUF, 65_536))
            .option("secret", "s3cret")
            .start()) {
      Map<String, String> shown =
          server.server().info().settings().stream()
              .collect(Collectors.toMap(SettingInfo::key, SettingInfo::value));
      assertThat(shown)
          .containsEntry("name", "echo")
          .containsEntry("readTimeout", "1500ms")
          .containsEntry("sendTimeout", "infinite")
          .containsEntry("maxConnections", "7")
          .containsEntry("whenLimitReached", "reject")
          .containsEntry("allow", "10.0.0.0/8, 127.0.0.0/8")
          .containsEntry("rolling", "true")
          .containsEntry("socketOptions", "SO_RCVBUF=65536")
          .containsEntry("option.secret", "")
          .doesNotContainKey("handler.target");
    }
  }
}
