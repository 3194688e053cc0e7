// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The files that the README, and the page that it names, tell the author of a handler to write. */
final class Readme {

  private static final Path ROOT = Path.of("..", "..");

  private final String text;

  private Readme(String text) {
    this.text = text;
  }

  static Readme read() throws IOException {
    String pages = "";
    for (String page : List.of("README.md", "docs/write-a-handler.md")) {
      pages += Files.readString(ROOT.resolve(page));
    }
    return new Readme(pages);
  }

  /** The handler's source. */
  String handler() {
    return found("(?s)## Write a handler\n.*?```java\n(.*?)```");
  }

  String packageName() {
    return found("\npackage ([a-z.]+);");
  }

  String className() {
    return found("\npublic final class ([A-Za-z]+) implements Handler");
  }

  /** The handler's pom. */
  Pom pom() throws Exception {
    String xml = found("(?s)The handler's `pom.xml`.*?```xml\n(.*?)```");
    return new Pom(
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8))));
  }

  /** The name of the file that configures the handler's server. */
  String configurationName() {
    return found("beside it a configuration\\s+`([^`]+)`");
  }

  String configuration() {
    return found("(?s)beside it a configuration\\s.*?```\n(.*?)```");
  }

  /** The options of the command that starts a ready-made server without Maven. */
  List<String> serverOptions() {
    return List.of(found("\njava (-D.*) -jar bndrun/target/server-felix.jar\n").split(" "));
  }

  private String found(String regex) {
    Matcher matcher = Pattern.compile(regex).matcher(text);
    if (!matcher.find()) {
      throw new AssertionError("nothing in README.md or docs/write-a-handler.md matches " + regex);
    }
    return matcher.group(1);
  }

  /** The parts of a pom that decide about the content of the bundle. */
  record Pom(Document xml) {

    String artifactId() {
      return first(xml.getDocumentElement(), "artifactId");
    }

    String version() {
      return first(xml.getDocumentElement(), "version");
    }

    String release() {
      return first(xml.getDocumentElement(), "maven.compiler.release");
    }

    /** The file names of the dependencies, as this build has them. */
    List<String> dependencies() {
      NodeList found = xml.getElementsByTagName("dependency");
      return IntStream.range(0, found.getLength())
          .mapToObj(i -> (Element) found.item(i))
          .map(
              one ->
                  new Artifact(
                      first(one, "groupId"), first(one, "artifactId"), first(one, "version")))
          .map(Artifact::builtName)
          .toList();
    }

    private static String first(Element in, String name) {
      return in.getElementsByTagName(name).item(0).getTextContent();
    }
  }
}
