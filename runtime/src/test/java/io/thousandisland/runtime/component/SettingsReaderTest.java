package io.thousandisland.runtime.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.runtime.server.ServerSettings;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsReaderTest {

  @Test
  void defaultsOfTheConfigurationAreThoseOfTheSettings() {
    assertThat(SettingsReader.read(Map.of("name", "mail")))
        .isEqualTo(ServerSettings.defaults("mail"));
  }

  @Test
  void c6UnknownKeyIsNamedAndItsValueIsNot() {
    assertThatThrownBy(() -> SettingsReader.read(Map.of("keyPassword", "s3cret")))
        .hasMessage("unknown key keyPassword");
  }

  @ParameterizedTest
  @ValueSource(strings = {"handlr.target", "transport.targt", "hanlder.cardinality.minimum"})
  void c5TypoInAReferencesKeyIsRefused(String key) {
    assertThatThrownBy(() -> SettingsReader.read(Map.of(key, "(a=b)")))
        .hasMessageStartingWith("unknown key " + key);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".token",
        "service.pid",
        "component.name",
        "felix.fileinstall.filename",
        "handler.target",
        "listener.target",
        "handler.cardinality.minimum"
      })
  void whatThePlatformAddsIsNoTypo(String key) {
    assertThat(SettingsReader.read(Map.of("name", "mail", key, "1")))
        .isEqualTo(ServerSettings.defaults("mail"));
  }

  @Test
  void everythingThatIsWrongIsNamedInOneMessage() {
    var wrong = new HashMap<String, Object>();
    wrong.put("port", "http");
    wrong.put("readTimeout", "soon");
    wrong.put("whenLimitReached", "wait");
    wrong.put("maxConection", 5);

    assertThatThrownBy(() -> SettingsReader.read(wrong))
        .hasMessageContainingAll(
            "port is http; allowed: a whole number",
            "readTimeout is soon; allowed: a whole number and ms, s, m or h",
            "whenLimitReached is wait; allowed: park or reject",
            "unknown key maxConection; did you mean maxConnections?");
  }
}
