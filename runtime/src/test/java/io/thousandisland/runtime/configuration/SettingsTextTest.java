// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.configuration;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.server.SettingInfo;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Filter;

class SettingsTextTest {

  private static List<SettingInfo> shown(Map<String, Object> properties) {
    Filter any = SettingsTextTest.filter("(a=b)");
    return SettingsText.of(SettingsReader.read(properties), new Targets(any, any, any));
  }

  /** A filter that only has its text: this test runs outside of a framework. */
  private static Filter filter(String text) {
    return (Filter)
        java.lang.reflect.Proxy.newProxyInstance(
            Filter.class.getClassLoader(),
            new Class<?>[] {Filter.class},
            (proxy, method, args) -> text);
  }

  @Test
  void everyKeyOfTheConfigurationIsShown() {
    List<String> keys =
        Arrays.stream(ServerConfig.class.getDeclaredMethods())
            .map(method -> method.getName().replace('_', '.'))
            .sorted()
            .toList();
    assertThat(shown(Map.of("name", "x", "port", 0))).extracting(SettingInfo::key).isEqualTo(keys);
  }

  @Test
  void defaultsAreMarkedAndWhatIsShownIsReadAgainAsTheSame() {
    var given =
        new HashMap<String, Object>(
            Map.of(
                "name", "x",
                "port", 7,
                "readTimeout", "infinite",
                "drainTimeout", "1500ms",
                "deny", "10.0.0.0/8, 2001:db8::/32",
                "whenLimitReached", "REJECT",
                "socketOptions", new String[] {"TCP_NODELAY=false", "SO_RCVBUF=8192"},
                "rolling", true));
    List<SettingInfo> shown = shown(given);
    assertThat(shown.stream().filter(each -> !each.standard()).map(SettingInfo::key))
        .containsAll(given.keySet())
        .hasSize(given.size() + 3); // the targets are no defaults here
    Map<String, Object> again =
        shown.stream()
            .filter(each -> !each.key().endsWith(".target"))
            .collect(toMap(SettingInfo::key, SettingInfo::value));
    assertThat(shown(again)).isEqualTo(shown);
  }

  @Test
  void c6OptionsForHandlersAreShownByNameAndNeverByValue() {
    assertThat(shown(Map.of("name", "x", "port", 0, "option.password", "hunter2")))
        .contains(new SettingInfo("option.password", "", false))
        .noneMatch(each -> each.value().contains("hunter2"));
  }
}
