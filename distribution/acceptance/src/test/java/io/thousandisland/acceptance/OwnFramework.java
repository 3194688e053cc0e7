// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A plain framework in a folder, made as docs/own-framework.md says: its starter, its settings, the
 * configuration of one server, and bundles.
 */
final class OwnFramework {

  private final OwnFrameworkPage page;
  private final Framework framework;
  private final Path home;
  private final Path settings;

  private OwnFramework(OwnFrameworkPage page, Framework framework, Path home) {
    this.page = page;
    this.framework = framework;
    this.home = home;
    this.settings = home.resolve(page.settingsName(framework));
  }

  /** With the page's first list, and with the port in the place of the page's. */
  static OwnFramework in(Path home, Framework framework, int port) throws IOException {
    OwnFrameworkPage page = OwnFrameworkPage.read();
    var made = new OwnFramework(page, framework, home);
    made.copy(page.starter(framework), home.resolve(page.starterName(framework)));
    made.write(made.settings, page.settings(framework));
    made.write(
        home.resolve("etc").resolve(page.configurationName()),
        page.configuration().replace("7777", String.valueOf(port)));
    for (Artifact bundle : page.bundles()) {
      made.copy(bundle, made.bundle(bundle.fileName()));
    }
    return made;
  }

  OwnFrameworkPage page() {
    return page;
  }

  /** The names of the bundles that Equinox is told to install. */
  List<String> listed() throws IOException {
    return Files.readString(settings)
        .lines()
        .filter(line -> line.contains("reference:file:bundle/"))
        .map(line -> line.replaceFirst(".*bundle/(.*\\.jar)@start.*", "$1"))
        .toList();
  }

  OwnFramework with(List<Artifact> more) throws IOException {
    for (Artifact bundle : more) {
      copy(bundle, bundle(bundle.fileName()));
      list(bundle.fileName(), bundle.isFragment());
    }
    return this;
  }

  /** Leaves a bundle of the first list out. */
  OwnFramework without(String artifactId) throws IOException {
    for (Artifact bundle : page.bundles()) {
      if (bundle.artifactId().equals(artifactId)) {
        Files.delete(bundle(bundle.fileName()));
        String entry = ".*/" + bundle.fileName() + "@start,\\\\\n";
        Files.writeString(settings, Files.readString(settings).replaceFirst(entry, ""));
      }
    }
    return this;
  }

  OwnFramework with(String setting) throws IOException {
    Files.writeString(settings, setting + "\n", StandardOpenOption.APPEND);
    return this;
  }

  /** Where a bundle of this name has to be. */
  Path bundle(String fileName) {
    return home.resolve("bundle").resolve(fileName);
  }

  /** Felix starts what is in the folder; Equinox has a list. */
  void list(String fileName, boolean fragment) throws IOException {
    if (framework == Framework.EQUINOX) {
      String entry = "reference:file:bundle/" + fileName + (fragment ? "" : "@start");
      String end = "\neclipse.ignoreApp";
      String all = Files.readString(settings);
      Files.writeString(settings, all.replace(end, ",\\\n  " + entry + end));
    }
  }

  ServerProcess start() throws IOException {
    var command = new ArrayList<String>();
    command.add(Launch.java(Path.of(System.getProperty("java.home"))).toString());
    command.addAll(page.arguments(framework));
    return new ServerProcess(new ProcessBuilder(command).directory(home.toFile()).start());
  }

  private void copy(Artifact artifact, Path target) throws IOException {
    Files.createDirectories(target.getParent());
    Files.copy(artifact.file(), target);
  }

  private void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
