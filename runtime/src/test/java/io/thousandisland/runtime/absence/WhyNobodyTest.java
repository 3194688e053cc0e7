// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.absence;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;

/** C1, L2: the choice among several reasons that a waiting server could give. */
class WhyNobodyTest {

  private final Filter wanted = filter("(handler.name=echo)");

  private static Filter filter(String text) {
    try {
      return FrameworkUtil.createFilter(text);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** The tests call no method of this bundle. */
  private static final Bundle NO_BUNDLE =
      (Bundle)
          Proxy.newProxyInstance(
              WhyNobodyTest.class.getClassLoader(),
              new Class<?>[] {Bundle.class},
              (proxy, method, arguments) -> {
                throw new AssertionError(method);
              });

  private static Absentee absentee(String called, Map<String, Object> properties) {
    return new Absentee(called, "", NO_BUNDLE, properties, "it is disabled");
  }

  private final Absentee echo = absentee("component a", Map.of("handler.name", "echo"));
  private final Absentee other = absentee("component b", Map.of("handler.name", "other"));
  private final Absentee nameless = absentee("component c", Map.of());

  @Test
  void theOneThatWouldMatchIsNamedBeforeAllOthers() {
    assertThat(WhyNobody.sentence(wanted, List.of(nameless, other, echo), List.of("mail")))
        .isEqualTo("no handler matches (handler.name=echo); component a would, but it is disabled");
  }

  @Test
  void severalThatWouldMatchAreCounted() {
    assertThat(WhyNobody.sentence(wanted, List.of(echo, echo, echo), List.of()))
        .endsWith("component a would, but it is disabled (2 more like it: see ti:handlers)");
  }

  @Test
  void oneWithoutANameMayBeMeant() {
    assertThat(WhyNobody.sentence(wanted, List.of(other, nameless), List.of("mail")))
        .isEqualTo(
            "no handler matches (handler.name=echo); there is mail; component c may be meant, but"
                + " it is disabled");
  }

  @Test
  void oneThatIsCalledLikeTheWantedIsNamedBeforeOthersWithoutAName() {
    Absentee alike = absentee("component org.example.EchoHandler", Map.of());
    assertThat(WhyNobody.sentence(wanted, List.of(nameless, alike), List.of("mail")))
        .endsWith("; component org.example.EchoHandler may be meant, but it is disabled");
  }

  @Test
  void othersWithoutANameAreNotCounted() {
    assertThat(WhyNobody.sentence(wanted, List.of(nameless, nameless), List.of("mail")))
        .endsWith("; component c may be meant, but it is disabled (for more see ti:handlers)");
  }

  @Test
  void oneThatHasAnotherNameIsNotTheReason() {
    assertThat(WhyNobody.sentence(wanted, List.of(other), List.of("mail", "chat", "mail")))
        .isEqualTo("no handler matches (handler.name=echo); there are chat, mail");
  }

  @Test
  void withoutAnyHandlerThatIsTheReason() {
    assertThat(WhyNobody.sentence(wanted, List.of(), List.of()))
        .isEqualTo("no handler matches (handler.name=echo); there is no handler at all");
  }

  @Test
  void tenNamesAreShown() {
    List<String> names = IntStream.range(10, 22).mapToObj(i -> "h" + i).toList();
    assertThat(WhyNobody.sentence(wanted, List.of(), names))
        .endsWith("; there are h10, h11, h12, h13, h14, h15, h16, h17, h18, h19, and 2 more");
  }
}
