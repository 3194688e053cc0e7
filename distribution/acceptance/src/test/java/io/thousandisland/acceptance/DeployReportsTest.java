// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.acceptance.bundles.CountedHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The log about the files of the deploy folder: one line about each file, and nothing twice. */
class DeployReportsTest {

  private static final String NAME = "io.thousandisland.acceptance.bundles.CountedHandler";

  @TempDir Path home;
  private Path folder;

  @BeforeEach
  void makeFolder() throws Exception {
    folder = Files.createDirectories(home.resolve("deploy"));
  }

  private static TestBundle handler(int version) {
    return TestBundle.handler(CountedHandler.class, "counted", version, false)
        .with("Bundle-Version", "1.0." + version);
  }

  private void put(String name, TestBundle bundle) throws Exception {
    Files.move(bundle.write(home.resolve("whole.jar")), folder.resolve(name));
  }

  private void write(String name, String content) throws Exception {
    Files.writeString(folder.resolve(name), content);
  }

  /** The lines that the deploy folder has logged, without the time. */
  private static List<String> said(ServerProcess server) {
    return server.out().all().stream()
        .filter(line -> line.matches("\\S+ +\\S+ +deploy: .*"))
        .map(line -> line.replaceFirst("\\S+ +(\\S+) +deploy: ", "$1 "))
        .toList();
  }

  /** Adds a last file, and waits until it is reported like the others. */
  private void awaitOneMore(ServerProcess server, String name) throws Exception {
    write(name, "text");
    server.awaitLog("INFO  deploy: " + name + ": is neither");
  }

  @ParameterizedTest
  @EnumSource
  void eachThingIsSaidOnce(Framework framework) throws Exception {
    put("counted.jar", handler(0));
    try (var server = Launch.of(framework, home).start()) {
      server.awaitLog(
          "INFO  deploy: counted.jar: " + NAME + " 1\\.0\\.0 is installed and started$");

      put("second.jar", handler(1));
      put(
          "needy.jar",
          handler(2).with("Bundle-SymbolicName", "needy").with("Import-Package", "a.b"));
      put(
          "newer.jar",
          handler(3)
              .with("Bundle-SymbolicName", "newer")
              .with("Require-Capability", "osgi.ee;filter:=\"(&(osgi.ee=JavaSE)(version=99))\""));
      byte[] whole = Files.readAllBytes(handler(4).write(home.resolve("whole.jar")));
      Files.write(folder.resolve("half.jar"), Arrays.copyOf(whole, whole.length - 10));
      write("empty.jar", "");
      write("empty.cfg", "");
      write("text.txt", "text");
      write("shout.cfg.bak", "text");
      Files.createDirectory(folder.resolve("folder.jar"));
      Files.createSymbolicLink(folder.resolve("link.jar"), Path.of("nowhere"));
      write("io.thousandisland.sever-echo.cfg", "port = 0\n");
      write("io.thousandisland.server-one.cfg", "port = 0\nhandler.target = (handler.name=echo)\n");
      server.awaitLog("INFO  deploy: io.thousandisland.server-one.cfg: .* is created$");
      write("io.thousandisland.server~one.json", "{\"port\": 0}\n");
      write("half.json", "{\"port\": ");
      server.awaitLog("WARN  deploy: half.json: ");
      server.awaitLog("WARN  deploy: io.thousandisland.sever-echo.cfg: ");
      server.awaitLog("WARN  deploy: link.jar: ");
      server.awaitLog("WARN  deploy: half.jar: ");
      server.awaitLog("WARN  deploy: empty.jar: ");
      awaitOneMore(server, "last");

      assertThat(said(server))
          .containsExactlyInAnyOrder(
              "INFO counted.jar: " + NAME + " 1.0.0 is installed and started",
              "WARN second.jar: is the bundle "
                  + NAME
                  + " 1.0.1, and counted.jar is the same bundle"
                  + " in version 1.0.0 and came first; this file is used when counted.jar is removed",
              "WARN needy.jar: needy 1.0.2 is installed, but cannot be started: no bundle exports the"
                  + " package a.b",
              "WARN newer.jar: newer 1.0.3 is installed, but cannot be started: it needs Java 99, and"
                  + " this is Java "
                  + System.getProperty("java.specification.version"),
              "WARN half.jar: is not a readable zip (zip END header not found): it is used as soon as"
                  + " it is complete",
              "WARN empty.jar: is not a readable zip (it is empty): it is used as soon as it is"
                  + " complete",
              "WARN empty.cfg: has no key, and is not used",
              "INFO text.txt: is neither a bundle (.jar) nor a configuration (.cfg, .config, .json),"
                  + " and is not used",
              "WARN shout.cfg.bak: is neither a bundle (.jar) nor a configuration (.cfg, .config,"
                  + " .json), and is not used; did you mean shout.cfg?",
              "WARN folder.jar: is a folder or not a regular file; only files in the deploy folder"
                  + " itself are used",
              "WARN link.jar: cannot be read: it does not exist, or it is a link to a missing file",
              "INFO io.thousandisland.sever-echo.cfg: the configuration io.thousandisland.sever~echo is"
                  + " created",
              "WARN io.thousandisland.sever-echo.cfg: nobody uses its configuration: no component asks"
                  + " for the PID io.thousandisland.sever; did you mean"
                  + " io.thousandisland.server-echo.cfg?",
              "INFO io.thousandisland.server-one.cfg: the configuration io.thousandisland.server~one is"
                  + " created",
              "WARN io.thousandisland.server~one.json: is for the same configuration"
                  + " io.thousandisland.server~one as io.thousandisland.server-one.cfg, which came"
                  + " first; this file is used when io.thousandisland.server-one.cfg is removed",
              "WARN half.json: cannot be understood: Invalid JSON Invalid token=EOF at (line no=1,"
                  + " column no=18, offset=17). Expected tokens are: [CURLYOPEN, SQUAREOPEN, STRING,"
                  + " NUMBER, TRUE, FALSE, NULL]",
              "INFO last: is neither a bundle (.jar) nor a configuration (.cfg, .config, .json), and is"
                  + " not used");
      server.saidNoStackTrace();
    }
  }

  @ParameterizedTest
  @EnumSource
  void configurationThatIsEmptiedStaysAsItIs(Framework framework) throws Exception {
    String cfg = "io.thousandisland.server-kept.cfg";
    write(cfg, "port = 0\nhandler.target = (handler.name=echo)\n");
    try (var server = Launch.of(framework, home).start()) {
      int port = server.port("kept");
      write(cfg, "");
      server.awaitLog(
          "WARN  deploy: "
              + cfg
              + ": has no key, and is not used; the configuration io.thousandisland.server~kept stays"
              + " as it is$");
      try (var client = new Client(port)) {
        assertThat(client.ask("still")).isEqualTo("still");
      }
      write(cfg, "port = 0\nhandler.target = (handler.name=echo)\nmaxConnections = 7\n");
      server.awaitLog("INFO  deploy: " + cfg + ": the configuration .* is updated$");
      Files.delete(folder.resolve(cfg));
      server.awaitLog("INFO  deploy: " + cfg + ": removed; the configuration .* is deleted$");
      server.awaitLog("kept: STOPPED");
      server.saidNoStackTrace();
    }
  }

  /** The echo server's own configuration comes from a bundle. */
  @ParameterizedTest
  @EnumSource
  void configurationThatAFileHasReplacedComesBackWhenTheFileGoes(Framework framework)
      throws Exception {
    String cfg = "io.thousandisland.server-echo.cfg";
    try (var server = Launch.of(framework, home).start()) {
      int port = server.port("echo");
      write(cfg, "name = mine\nport = " + port + "\nhandler.target = (handler.name=echo)\n");
      server.awaitLog(
          "INFO  deploy: "
              + cfg
              + ": the configuration .*, which did not come from"
              + " this folder, is replaced; it is restored when the file is removed");
      server.awaitLog("mine: ");
      Files.delete(folder.resolve(cfg));
      server.awaitLog(
          "INFO  deploy: " + cfg + ": removed; the configuration .* is as it was without");
      server.saidNoStackTrace();
    }
  }
}
