// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The way to start a server: on a free port, with all its files below a folder of the test, by the
 * Java that runs the tests. {@code under} is a command that ends by executing the rest of its line.
 */
public record Launch(
    Framework framework, Path home, Path java, List<String> under, List<String> options) {

  public static Launch of(Framework framework, Path home) {
    return new Launch(
        framework, home, java(Path.of(System.getProperty("java.home"))), List.of(), List.of());
  }

  public static Path java(Path javaHome) {
    return javaHome.resolve("bin").resolve("java");
  }

  public Launch with(String... more) {
    List<String> all = Stream.concat(options.stream(), Arrays.stream(more)).toList();
    return new Launch(framework, home, java, under, all);
  }

  public Launch under(String... command) {
    return new Launch(framework, home, java, List.of(command), options);
  }

  public Launch withJava(Path other) {
    return new Launch(framework, home, other, under, options);
  }

  /** The folder that the server watches. */
  public Path deploy() {
    return home.resolve("deploy");
  }

  public ServerProcess start() throws IOException {
    Path temporary = Files.createDirectories(home.resolve("tmp"));
    var command = new ArrayList<>(under);
    command.add(java.toString());
    command.addAll(List.of("-Djava.io.tmpdir=" + temporary, "-Dport=0", "-Ddeploy=" + deploy()));
    command.addAll(options);
    command.addAll(List.of("-jar", framework.jar().toString()));
    return new ServerProcess(new ProcessBuilder(command).directory(home.toFile()).start());
  }
}
