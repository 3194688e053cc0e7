// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.outside;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * A pom, or a part of one.
 *
 * @param element its root
 */
record Pom(Element element) {

  static Pom read(Path file) throws Exception {
    return new Pom(
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(file.toFile())
            .getDocumentElement());
  }

  /** The text of the first element at a path. Empty when there is none. */
  String text(String path) throws XPathExpressionException {
    return XPathFactory.newInstance().newXPath().evaluate(path, element).strip();
  }

  /** All elements at a path. */
  List<Pom> parts(String path) throws XPathExpressionException {
    var nodes =
        (NodeList)
            XPathFactory.newInstance().newXPath().evaluate(path, element, XPathConstants.NODESET);
    return IntStream.range(0, nodes.getLength())
        .mapToObj(i -> new Pom((Element) nodes.item(i)))
        .toList();
  }

  /** A jar is what a pom describes that does not say what it describes. */
  boolean isJar() throws XPathExpressionException {
    return List.of("", "jar").contains(text("packaging"));
  }
}
