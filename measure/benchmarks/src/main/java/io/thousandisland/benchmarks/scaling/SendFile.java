// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.scaling;

import io.thousandisland.benchmarks.Figure;
import io.thousandisland.benchmarks.Machine;
import io.thousandisland.benchmarks.Options;
import io.thousandisland.benchmarks.RunningServer;
import io.thousandisland.benchmarks.peers.FileServer;
import io.thousandisland.benchmarks.process.Commands;
import io.thousandisland.benchmarks.process.Processors;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The command {@code -Dbenchmark=sendfile}: what a file of 256 MiB costs the server, beside nginx,
 * whose program is {@code -Dothers=nginx:PATH}. One client fetches the file from one server after
 * the other, round by round.
 */
public final class SendFile {

  private static final int MEBIBYTES = 256;
  private static final int WARM_ROUNDS = 4;

  /** A run with fewer rounds does not replace the published figures. */
  private static final int ENOUGH_ROUNDS = 5;

  private static final String NGINX = "nginx:";

  private final Options options;
  private final Path folder;

  public SendFile(Options options) {
    this.options = options;
    this.folder = options.target().resolve("sendfile");
  }

  /** A server that answers a request with the file, and one connection to it. */
  private record Contestant(String title, Process process, Socket socket, String request)
      implements AutoCloseable {

    /** The processor time of the server for one file, in microseconds for each MiB. */
    double fetch(byte[] buffer, boolean hasHeader) throws IOException {
      var before = Processors.ofThreads(process.pid());
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      for (int matched = hasHeader ? 0 : 4; matched < 4; ) {
        int c = in.read();
        matched = c == (matched % 2 == 0 ? '\r' : '\n') ? matched + 1 : 0;
      }
      for (long left = (long) MEBIBYTES << 20; left > 0; ) {
        int got = in.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (got < 0) {
          throw new EOFException(title + " ended the connection");
        }
        left -= got;
      }
      long nanos = Processors.between(before, Processors.ofThreads(process.pid()));
      return nanos / 1e3 / MEBIBYTES;
    }

    @Override
    public void close() throws IOException {
      socket.close();
      process.destroy();
      try {
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  public void run() throws IOException, InterruptedException {
    Path file = file();
    try (var nginx = nginx();
        var ours = ours("**Thousand Island**, `sendFile`", file, "sendFile");
        var copying = ours("**Thousand Island**, read and `send` 64 KiB", file, "send")) {
      write(table(List.of(nginx, ours, copying)));
    }
  }

  private Path file() throws IOException {
    Files.createDirectories(folder.resolve("www"));
    Files.createDirectories(folder.resolve("tmp"));
    Path file = folder.resolve("www/file");
    byte[] mebibyte = new byte[1 << 20];
    try (var out = Files.newOutputStream(file)) {
      for (int i = 0; i < MEBIBYTES; i++) {
        out.write(mebibyte);
      }
    }
    return file;
  }

  private Contestant ours(String title, Path file, String how) throws IOException {
    var command = Commands.javaClass(FileServer.class, file.toString(), how);
    Process process =
        new ProcessBuilder(Commands.pinned(options.serverProcessor(), command))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader printed = process.inputReader(StandardCharsets.UTF_8);
    String port = printed.readLine();
    if (port == null) {
      throw new IOException("our server ended without a word");
    }
    return new Contestant(title, process, connect(Integer.parseInt(port)), "!");
  }

  private Contestant nginx() throws IOException, InterruptedException {
    String program =
        options.others().stream()
            .filter(other -> other.startsWith(NGINX))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("where is nginx? -Dothers=nginx:PATH"))
            .substring(NGINX.length());
    int port = RunningServer.freePort();
    Path configuration = folder.resolve("nginx.conf");
    Files.writeString(
        configuration,
        """
        worker_processes 1; daemon off; master_process off; error_log stderr notice; pid n.pid;
        events { worker_connections 256; }
        http {
          access_log off; sendfile on; tcp_nopush on;
          client_body_temp_path tmp/b; proxy_temp_path tmp/p; fastcgi_temp_path tmp/f;
          uwsgi_temp_path tmp/u; scgi_temp_path tmp/s;
          server { listen 127.0.0.1:%d; location / { root www; } }
        }
        """
            .formatted(port));
    var command = List.of(program, "-p", folder.toString(), "-c", configuration.toString());
    File log = folder.resolve("nginx.log").toFile();
    Process process =
        new ProcessBuilder(Commands.pinned(options.serverProcessor(), command))
            .redirectErrorStream(true)
            .redirectOutput(log)
            .start();
    while (!RunningServer.listens(port)) {
      if (!process.isAlive()) {
        throw new IOException("nginx ended: " + Files.readString(log.toPath()));
      }
      Thread.sleep(2);
    }
    String request = "GET /file HTTP/1.1\r\nHost: x\r\n\r\n";
    return new Contestant("nginx, `sendfile on`", process, connect(port), request);
  }

  private static Socket connect(int port) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }

  private String table(List<Contestant> contestants) throws IOException {
    List<List<Double>> costs =
        contestants.stream().map(each -> (List<Double>) new ArrayList<Double>()).toList();
    byte[] buffer = new byte[256 << 10];
    for (int round = -WARM_ROUNDS; round < options.rounds(); round++) {
      for (int i = 0; i < contestants.size(); i++) {
        double cost = contestants.get(i).fetch(buffer, i == 0);
        if (round >= 0) {
          costs.get(i).add(cost);
        }
      }
    }
    var table = new Table("server", "processor µs per MiB", "× nginx");
    List<Double> nginx = costs.getFirst();
    for (int i = 0; i < contestants.size(); i++) {
      List<Double> mine = costs.get(i);
      double[] ratios =
          IntStream.range(0, mine.size()).mapToDouble(n -> mine.get(n) / nginx.get(n)).toArray();
      table.row(
          contestants.get(i).title(),
          Figure.of(mine, cost -> cost).text(0),
          i == 0 ? "1" : Figure.of(ratios).text(2));
    }
    return table.toString();
  }

  private void write(String table) throws IOException, InterruptedException {
    Path source = options.root().resolve("docs/performance.md");
    var page = new Page("docs/performance.md", Files.readString(source));
    String run =
        "Written by `mvn -Pbenchmarks -DskipTests package -Dbenchmark=sendfile\n"
            + "-Dothers=nginx:/usr/sbin/nginx`. One client fetches the file from one server after the\n"
            + "other, in "
            + options.rounds()
            + " rounds. The ratio is of two fetches of the same round; compare it first, because the\n"
            + "machine's speed drifts.\n\n";
    String facts =
        Machine.factsOfOurs(options).stream()
            .map(fact -> "- " + fact + "\n")
            .collect(Collectors.joining());
    page.put("files", run + facts + "\n" + table);
    boolean enough = options.rounds() >= ENOUGH_ROUNDS;
    Path target = enough ? source : options.target().resolve("performance.md");
    Files.writeString(target, page.text());
    System.out.println(table);
    System.out.println("written to " + target);
  }
}
