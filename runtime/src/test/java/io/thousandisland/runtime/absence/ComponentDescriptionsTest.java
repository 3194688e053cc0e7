// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.absence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLStreamException;
import org.junit.jupiter.api.Test;

class ComponentDescriptionsTest {

  private static List<ComponentDescriptions.Handling> read(String text) throws XMLStreamException {
    return ComponentDescriptions.handlers(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String component(String attributes, String service) {
    return """
        <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" %s>
          <implementation class="org.example.Shout"/>
          <service><provide interface="java.lang.Runnable"/><provide interface="%s"/></service>
          <property name="handler.name" type="String" value="shout"/>
          <property name="service.ranking" type="Integer" value="-5"/>
        </scr:component>
        """
        .formatted(attributes, service);
  }

  private static final String HANDLER = "io.thousandisland.handler.Handler";

  @Test
  void handlerIsFoundWithItsNameAndRanking() throws Exception {
    assertThat(read(component("name='shouting'", HANDLER)))
        .containsExactly(
            new ComponentDescriptions.Handling(
                "shouting", Map.of("handler.name", "shout", "service.ranking", -5)));
  }

  @Test
  void withoutANameAComponentIsCalledAfterItsClass() throws Exception {
    assertThat(read(component("", HANDLER)))
        .extracting(ComponentDescriptions.Handling::name)
        .containsExactly("org.example.Shout");
  }

  @Test
  void componentsThatAreNoHandlersAreLeftOut() throws Exception {
    assertThat(
            read(
                "<all>" + component("name='a'", "b.C") + component("name='d'", HANDLER) + "</all>"))
        .extracting(ComponentDescriptions.Handling::name)
        .containsExactly("d");
  }

  @Test
  void whatIsNoXmlIsRefused() {
    assertThatThrownBy(() -> read("<component>")).isInstanceOf(XMLStreamException.class);
  }

  /** A bundle's file must not make the server read another one. */
  @Test
  void externalEntitiesAreNotRead() throws Exception {
    String hostile =
        "<!DOCTYPE c [<!ENTITY e SYSTEM 'file:///etc/hostname'>]>"
            + component("name='a'", HANDLER).replace("<service>", "&e;<service>");
    assertThatThrownBy(() -> read(hostile)).isInstanceOf(XMLStreamException.class);
  }
}
