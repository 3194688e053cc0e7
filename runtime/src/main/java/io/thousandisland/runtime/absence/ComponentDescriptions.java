// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.absence;

import io.thousandisland.handler.Handler;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/** Reads the handlers out of component descriptions, the XML files of Declarative Services. */
public final class ComponentDescriptions {

  /** A component that provides handlers. */
  record Handling(String name, Map<String, Object> properties) {}

  private final XMLStreamReader xml;
  private final List<Handling> found = new ArrayList<>();

  // of the component that is being read
  private String name = "";
  private boolean isHandler;
  private Map<String, Object> properties = new HashMap<>();

  private ComponentDescriptions(XMLStreamReader xml) {
    this.xml = xml;
  }

  /**
   * @throws XMLStreamException when {@code content} is no XML
   */
  static List<Handling> handlers(byte[] content) throws XMLStreamException {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    XMLStreamReader xml = factory.createXMLStreamReader(new ByteArrayInputStream(content));
    try {
      var reading = new ComponentDescriptions(xml);
      while (xml.hasNext()) {
        switch (xml.next()) {
          case XMLStreamConstants.START_ELEMENT -> reading.begin();
          case XMLStreamConstants.END_ELEMENT -> reading.end();
          default -> {}
        }
      }
      return reading.found;
    } finally {
      xml.close();
    }
  }

  private void begin() {
    switch (xml.getLocalName()) {
      case "component" -> {
        name = attribute("name");
        isHandler = false;
        properties = new HashMap<>();
      }
      case "implementation" -> name = name.isEmpty() ? attribute("class") : name;
      case "provide" -> isHandler |= attribute("interface").equals(Handler.class.getName());
      case "property" -> property(attribute("name"), attribute("value"));
      default -> {}
    }
  }

  private void property(String key, String value) {
    if (!attribute("type").equals("Integer")) {
      properties.put(key, value);
    } else if (value.matches("-?\\d{1,9}")) {
      properties.put(key, Integer.valueOf(value));
    }
  }

  private void end() {
    if (isHandler && xml.getLocalName().equals("component")) {
      found.add(new Handling(name, Map.copyOf(properties)));
    }
  }

  /** Empty when the attribute is not there. */
  private String attribute(String of) {
    @Nullable String value = xml.getAttributeValue(null, of);
    return value == null ? "" : value;
  }
}
