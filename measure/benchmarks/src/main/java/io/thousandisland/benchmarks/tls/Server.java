// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.tls;

import io.thousandisland.benchmarks.Contestant;
import io.thousandisland.benchmarks.Options;
import io.thousandisland.benchmarks.RunningServer;
import io.thousandisland.benchmarks.peers.NettyTlsEcho;
import io.thousandisland.benchmarks.process.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** An echo server over TLS, in a process of its own. */
record Server(String name, String title, RunningServer running) implements AutoCloseable {

  private static final String CERTIFICATE = "cert.pem";
  private static final String KEY = "key.pem";

  /** Makes the certificate that all servers show: an EC key, which is the cheaper kind. */
  static void certificate(Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    var command =
        List.of(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "30",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
            "-keyout",
            folder.resolve(KEY).toString(),
            "-out",
            folder.resolve(CERTIFICATE).toString());
    Process openssl = new ProcessBuilder(command).redirectErrorStream(true).start();
    openssl.getInputStream().readAllBytes();
    if (openssl.waitFor() != 0) {
      throw new IOException("openssl has made no certificate: " + command);
    }
  }

  /**
   * @param java options of the virtual machine
   */
  static Server netty(Options options, Path folder, List<String> java)
      throws IOException, InterruptedException {
    return start(
        options,
        "netty-tls",
        "Netty epoll, `SSLEngine` of the JDK",
        java,
        Commands.javaClass(
            NettyTlsEcho.class,
            Contestant.PORT,
            folder.resolve(CERTIFICATE).toString(),
            folder.resolve(KEY).toString()));
  }

  /**
   * @param java options of the virtual machine
   */
  static Server ours(Options options, Path folder, List<String> java)
      throws IOException, InterruptedException {
    Path deploy = Files.createDirectories(folder.resolve("deploy"));
    Files.write(
        deploy.resolve("io.thousandisland.tls-web.cfg"),
        List.of("certificate = " + folder.resolve(CERTIFICATE), "key = " + folder.resolve(KEY)));
    Files.write(
        deploy.resolve("io.thousandisland.server-secure.cfg"),
        List.of(
            "port = $[prop:secure.port]",
            "handler.target = (handler.name=echo)",
            "transport.target = (transport.name=tls)",
            "listener.target = (!(objectClass=*))"));
    return start(
        options,
        "ours-tls",
        "**Thousand Island**, Felix",
        java,
        Commands.java(
            "-Dport=0",
            "-Dsecure.port=" + Contestant.PORT,
            "-Ddeploy=" + deploy,
            "-jar",
            options.root().resolve("bndrun/target/server-felix.jar").toString()));
  }

  private static Server start(
      Options options, String name, String title, List<String> java, List<String> command)
      throws IOException, InterruptedException {
    command.addAll(1, java);
    var contestant = new Contestant(name, title, true, command);
    return new Server(
        name, title, RunningServer.start(contestant, options.serverProcessor(), options.target()));
  }

  int port() {
    return running.port();
  }

  long pid() {
    return running.pid();
  }

  @Override
  public void close() {
    try {
      running.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
