// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Optional;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.DefaultHandler;

/** The checks of the values of options. */
final class Checks {
  static final String OFF = "off";
  private static final int HIGHEST_PORT = 65535;
  private static final String ALLOWED = "; allowed: 0 to " + HIGHEST_PORT;

  private Checks() {}

  /** Only ASCII digits: later readers of the value would read other digits differently. */
  static Optional<String> port(String value) {
    if (!value.matches("[0-9]+")) {
      return Optional.of(quoted(value) + " is not a number" + ALLOWED);
    }
    if (value.length() > 5 || Integer.parseInt(value) > HIGHEST_PORT) {
      return Optional.of(value + " is too high" + ALLOWED);
    }
    return Optional.empty();
  }

  /**
   * A port of this machine that must be free now, because nothing tries again later; or no port.
   */
  static Optional<String> freePortOrOff(String value) {
    if (value.equals(OFF)) {
      return Optional.empty();
    }
    Optional<String> problem = port(value);
    if (problem.isPresent()) {
      return problem.map(text -> text + ", or " + OFF);
    }
    try {
      new ServerSocket(Integer.parseInt(value), 1, InetAddress.getLoopbackAddress()).close();
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of("port " + value + " cannot be opened: " + e.getMessage());
    }
  }

  static Optional<String> framework(String value) {
    return unless(
        value.equals("felix") || value.equals("equinox"),
        value,
        "is not a framework; allowed: felix, equinox");
  }

  static Optional<String> folder(String value) {
    return path(value, path -> unless(Files.isDirectory(path), value, "is not a folder"));
  }

  /** A folder that can be read, or a name where a folder can be made. */
  static Optional<String> folderToRead(String value) {
    return path(
        value,
        path -> {
          if (!Files.exists(path)) {
            return Optional.empty();
          }
          return Files.isDirectory(path)
              ? unless(Files.isReadable(path) && Files.isExecutable(path), value, "cannot be read")
              : Optional.of(quoted(value) + " is not a folder");
        });
  }

  static Optional<String> folderToWrite(String value) {
    return path(
        value,
        path ->
            Files.isDirectory(path)
                ? unless(Files.isWritable(path), value, "cannot be written to")
                : Optional.of(quoted(value) + " is not a folder"));
  }

  /**
   * A configuration file that Logback can read, or a URL. XML that is not well-formed would leave
   * the server without any log.
   */
  static Optional<String> logbackFileOrUrl(String value) {
    if (value.matches("[a-z]{2,}:.*")) {
      return Optional.empty();
    }
    return path(
        value,
        path -> {
          if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            return Optional.of(quoted(value) + " is not a readable file");
          }
          return value.endsWith(".xml") ? notWellFormed(path, value) : Optional.empty();
        });
  }

  private static Optional<String> notWellFormed(Path path, String value) {
    try {
      SAXParserFactory.newInstance().newSAXParser().parse(path.toFile(), new DefaultHandler());
      return Optional.empty();
    } catch (SAXParseException e) {
      return Optional.of(
          quoted(value) + " is wrong in line " + e.getLineNumber() + ": " + e.getMessage());
    } catch (SAXException | ParserConfigurationException | IOException e) {
      return Optional.of(quoted(value) + " cannot be read: " + e);
    }
  }

  private interface PathCheck {
    Optional<String> problem(Path path);
  }

  private static Optional<String> path(String value, PathCheck check) {
    if (value.isEmpty()) {
      return Optional.of("\"\" is not a name");
    }
    try {
      return check.problem(Paths.get(value));
    } catch (InvalidPathException e) {
      return Optional.of(quoted(value) + " cannot be the name of a file: " + e.getReason());
    }
  }

  private static Optional<String> unless(boolean good, String value, String problem) {
    return good ? Optional.empty() : Optional.of(quoted(value) + " " + problem);
  }

  static String quoted(String value) {
    return "\"" + value + "\"";
  }
}
