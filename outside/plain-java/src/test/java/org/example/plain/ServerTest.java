package org.example.plain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.thousandisland.embedded.InvalidConfigurationException;
import io.thousandisland.embedded.ServerBuilder;
import io.thousandisland.embedded.ThousandIsland;
import io.thousandisland.tls.factory.Tls;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ServerTest {

  private static ServerBuilder server() {
    return ThousandIsland.serve(new ShoutHandler("")).daemon();
  }

  private static Socket connect(int port) throws Exception {
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }

  private static String ask(InputStream in, OutputStream out, String line) throws Exception {
    out.write((line + "\n").getBytes());
    out.flush();
    return new BufferedReader(new InputStreamReader(in)).readLine();
  }

  private static String ask(Socket client, String line) throws Exception {
    return ask(client.getInputStream(), client.getOutputStream(), line);
  }

  @Test
  void connectionGoesOnWithTheNextHandler() throws Exception {
    try (var server = server().port(0).start();
        var client = connect(server.port())) {
      assertEquals("1 HELLO", ask(client, "hello"));
      var drained = server.replace(new ShoutHandler("line "));
      assertEquals(1, drained.migrated());
      assertEquals("line 2 HELLO", ask(client, "hello"));
    }
  }

  @Test
  void unixSocketIsServed(@TempDir Path folder) throws Exception {
    Path path = folder.resolve("shout.sock");
    try (var server = server().listen("unix:" + path).start();
        var client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      assertEquals(
          "1 HELLO",
          ask(Channels.newInputStream(client), Channels.newOutputStream(client), "hello"));
      assertEquals(1, server.server().connections().size());
    }
  }

  @Test
  void tlsIsServed(@TempDir Path folder) throws Exception {
    Path store = certificate(folder);
    Path password = Files.writeString(folder.resolve("password"), "changeit");
    try (var server =
            server().port(0).over(new Tls().certificate(store).passwordFile(password)).start();
        var client = trusting(store).getSocketFactory().createSocket("localhost", server.port())) {
      assertEquals("1 HELLO", ask(client, "hello"));
    }
  }

  /** A certificate of its own for localhost, made by the JDK's keytool. */
  private static Path certificate(Path folder) throws Exception {
    Path store = folder.resolve("server.p12");
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    Process made =
        new ProcessBuilder(
                List.of(
                    keytool.toString(), "-genkeypair", "-alias", "server", "-keyalg", "EC",
                    "-dname", "CN=localhost", "-ext", "SAN=dns:localhost", "-storetype", "PKCS12",
                    "-storepass", "changeit", "-keystore", store.toString()))
            .inheritIO()
            .start();
    assertEquals(0, made.waitFor());
    return store;
  }

  private static SSLContext trusting(Path store) throws Exception {
    KeyStore its = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", its.getCertificate("server"));
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  @Test
  void wrongKeysAreNamed() {
    var wrong =
        assertThrows(
            InvalidConfigurationException.class,
            () -> server().port(-1).set("readTimout", "2s").start());
    assertTrue(
        wrong.problems().contains("unknown key readTimout; did you mean readTimeout?"),
        wrong.getMessage());
    assertEquals(2, wrong.problems().size());
  }
}
