package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.acceptance.peers.Peers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** {@link Peers} in their process. */
final class PeersProcess implements AutoCloseable {

  private final Process process;
  private final Thread lastResort;
  private final Lines out;
  private int commands;

  PeersProcess(int port) throws Exception {
    String classes =
        Path.of(Peers.class.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    process =
        new ProcessBuilder(
                Launch.java(Path.of(System.getProperty("java.home"))).toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-cp",
                classes,
                Peers.class.getName(),
                "" + port)
            .redirectErrorStream(true)
            .start();
    lastResort = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(lastResort);
    out = Lines.of(process.getInputStream());
  }

  /** Returns when 32 clients talk, and two come and go. */
  void talk() throws IOException, InterruptedException {
    done("talk");
  }

  /** Begins a new phase: counts start from 0. */
  void beginPhase() throws IOException, InterruptedException {
    done("phase");
  }

  /** Returns when every honest client has had more replies. */
  void awaitReplies(int more) throws IOException, InterruptedException {
    done("await " + more);
  }

  /** Returns when every hostile peer is in position. */
  void surround() throws IOException, InterruptedException {
    done("hostile");
  }

  /** As {@link #surround}, but only with the peers that are slow to read. */
  void slowDown() throws IOException, InterruptedException {
    done("slow");
  }

  /** The number of connects so far of the peers that are slow to read. */
  int pushersConnects() throws IOException, InterruptedException {
    return Integer.parseInt(ask("connects"));
  }

  /** Sends the hostile peers away. */
  void peace() throws IOException, InterruptedException {
    done("peace");
  }

  /** Replies of a version of the handler, in this phase. */
  long repliesOf(int version) throws IOException, InterruptedException {
    return Long.parseLong(ask("of " + version));
  }

  PeersFigures figures() throws IOException, InterruptedException {
    return PeersFigures.of(ask("figures"));
  }

  /** The complaints of the clients. */
  List<String> complaints() {
    return out.all().stream().filter(line -> !line.matches("[0-9]+ .*")).limit(5).toList();
  }

  private void done(String command) throws IOException, InterruptedException {
    assertThat(ask(command)).as(() -> command + ": " + complaints()).isEqualTo("ok");
  }

  private String ask(String command) throws IOException, InterruptedException {
    commands++;
    process
        .getOutputStream()
        .write((commands + " " + command + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
    String answer = "^" + Pattern.quote(commands + " ") + "(.*)";
    return out.await(answer, ServerProcess.PATIENCE.multipliedBy(2)).group(1);
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
    Runtime.getRuntime().removeShutdownHook(lastResort);
  }
}
