// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent.CertificatesRefused;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.BundleContext;
import org.osgi.service.metatype.AttributeDefinition;
import org.osgi.service.metatype.MetaTypeService;
import org.osgi.service.metatype.ObjectClassDefinition;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.common.annotation.InjectService;

/** The configuration of a TLS transport: its keys in consoles, and wrong values. */
@Timeout(120)
class TlsConfigurationTest {

  private static final Pattern CODE = Pattern.compile("`([^`]*)`");

  /** The filter that nothing passes, as a default. */
  private static final String NOBODY = "(!(objectClass=*))";

  @TempDir private static Path made;
  private static Path store;

  @InjectBundleContext BundleContext context;
  @InjectService MetaTypeService metatype;

  @TempDir private Path folder;

  @BeforeAll
  static void certificate() throws Exception {
    store = ConfiguredTls.store(made.resolve("own.p12"), "own");
  }

  // ---- in consoles

  private Map<String, AttributeDefinition> attributes() {
    var information =
        metatype.getMetaTypeInformation(Bundles.named(context, "io.thousandisland.transport.tls"));
    assertThat(information.getFactoryPids()).containsExactly("io.thousandisland.tls");
    ObjectClassDefinition tls = information.getObjectClassDefinition("io.thousandisland.tls", null);
    assertThat(tls.getName()).isEqualTo("Thousand Island TLS");
    assertThat(tls.getDescription()).contains("transport.target=(transport.name=tls)");
    var attributes = new LinkedHashMap<String, AttributeDefinition>();
    for (var one : tls.getAttributeDefinitions(ObjectClassDefinition.ALL)) {
      attributes.put(one.getID(), one);
    }
    return attributes;
  }

  /** The rows of the table of keys in docs/tls.md, by their keys: range and default. */
  private Map<String, List<String>> documented() throws Exception {
    var rows = new LinkedHashMap<String, List<String>>();
    for (String line : Files.readAllLines(Path.of(context.getProperty("docs.dir"), "tls.md"))) {
      if (line.startsWith("| `")) {
        String[] cells = line.split("\\|");
        rows.put(codes(cells[1]).getFirst(), List.of(cells[2], cells[3]));
      }
    }
    return rows;
  }

  private static List<String> codes(String cell) {
    return CODE.matcher(cell).results().map(found -> found.group(1)).toList();
  }

  private static <T> T of(Map<String, T> all, String key) {
    return Objects.requireNonNull(all.get(key), key);
  }

  @Test
  void everyKeyHasANameADescriptionAndTheDefaultThatIsDocumented() throws Exception {
    Map<String, List<String>> documented = documented();
    assertThat(attributes().keySet()).isEqualTo(documented.keySet());
    attributes()
        .forEach(
            (key, attribute) -> {
              assertThat(attribute.getName()).as(key).isNotBlank();
              assertThat(String.valueOf(attribute.getDescription())).as(key).hasSizeGreaterThan(20);
              String[] standard = attribute.getDefaultValue();
              String shown = standard == null ? "" : String.join(",", standard);
              List<String> row = of(documented, key);
              boolean all = row.get(1).contains("both"); // all that may be chosen
              List<String> said = codes(row.get(all ? 0 : 1)).stream().limit(all ? 2 : 1).toList();
              assertThat(shown.equals(NOBODY) ? "" : shown)
                  .as(key)
                  .isEqualTo(String.join(",", said));
            });
  }

  @Test
  void everyChoiceIsAnOptionAndEveryLimitIsDescribed() throws Exception {
    Map<String, AttributeDefinition> attributes = attributes();
    for (String key : List.of("unknownName", "clientAuth", "revocation")) {
      AttributeDefinition shown = of(attributes, key);
      List<String> choices = codes(of(documented(), key).getFirst());
      assertThat(shown.getOptionValues()).as(key).containsExactlyElementsOf(choices);
      assertThat(shown.getOptionLabels()).as(key).containsExactlyElementsOf(choices);
      assertThat(shown.getDescription()).as(key).contains(choices);
    }
    int limits = 0;
    for (var row : documented().entrySet()) {
      var most = Pattern.compile("0–(\\d+)").matcher(row.getValue().getFirst());
      if (most.find()) {
        limits++;
        assertThat(of(attributes, row.getKey()).getDescription())
            .as(row.getKey())
            .contains(" to " + most.group(1));
      }
    }
    assertThat(limits).isEqualTo(3);
  }

  // ---- wrong values

  private static String ask(SSLSocket client, String text) throws Exception {
    client.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    return new String(client.getInputStream().readNBytes(text.length()), StandardCharsets.UTF_8);
  }

  private static final String LONG_NAME = "a".repeat(256);

  @ParameterizedTest
  @CsvSource({
    "certifcate, x, 'unknown key certifcate; allowed: alpn, below.target, certificate, ciphers, '",
    "certificate, '', 'certificate is empty; allowed: '",
    "certificate, nowhere.pem, 'certificate: nowhere.pem does not exist'",
    "key, 'a.pem, b.pem', 'key'",
    "passwordFile, nowhere.txt, 'passwordFile: nowhere.txt does not exist'",
    "passwordEnv, NO_SUCH_VARIABLE, 'passwordEnv: the variable that it names is not set'",
    "unknownName, perhaps, 'unknownName is perhaps; allowed: default, refuse'",
    "clientAuth, maybe, 'clientAuth is maybe; allowed: none, want, need'",
    "clientAuth, need, 'trust is empty; allowed: the files of the authorities'",
    "trust, nowhere.pem, 'trust: nowhere.pem does not exist'",
    "crl, nowhere.pem, 'trust is empty; allowed: the files of the authorities, beside crl'",
    "revocation, sometimes, 'revocation is sometimes; allowed: off, soft, hard'",
    "protocols, SSLv3, 'protocols is SSLv3; allowed: TLSv1.2, TLSv1.3'",
    "ciphers, NULL, 'ciphers is NULL; allowed: TLS_AES_128_GCM_SHA256, '",
    "groups, none, 'groups is none; allowed: a group that this JDK has, such as '",
    "alpn, LONG_NAME, ; allowed: names of up to 255 characters",
    "handshakeThreads, many, 'handshakeThreads is many; allowed: '",
    "handshakeThreads, 1025, 'handshakeThreads is 1025; allowed: 0 to 1024'",
    "reloadSeconds, soon, 'reloadSeconds is soon; allowed: '",
    "reloadSeconds, -1, 'reloadSeconds is -1; allowed: 0 to 86400'",
    "reloadSeconds, 86401, 'reloadSeconds is 86401; allowed: 0 to 86400'",
    "warnDays, 1.5, 'warnDays is 1.5; allowed: '",
    "warnDays, 3651, 'warnDays is 3651; allowed: 0 to 3650'"
  })
  void wrongValueIsRefusedByNameAndTheTransportInUseStays(String key, String wrong, String said)
      throws Exception {
    Map<String, Object> sound = ConfiguredTls.files(store, folder);
    try (var tls = new ConfiguredTls(context, sound);
        var server =
            new ConfiguredServer(
                context, "steady", Settings.of("echo", "transport.target", tls.target()));
        var events = new Events(context, tls.name());
        var client = ConfiguredTls.connect(server.port(), store)) {
      int port = server.port();
      assertThat(ask(client, "before")).isEqualTo("before");

      tls.configure(Settings.and(sound, key, wrong.equals("LONG_NAME") ? LONG_NAME : wrong));

      CertificatesRefused refused = events.await(CertificatesRefused.class);
      assertThat(refused.reason()).contains(said);
      assertThat(refused.served()).isTrue();
      assertThat(server.server().info().transportFacts().values())
          .as("facts in the shell")
          .anySatisfy(fact -> assertThat(fact).contains(said));
      assertThat(ask(client, "after")).isEqualTo("after");
      try (var fresh = ConfiguredTls.connect(port, store)) {
        assertThat(ask(fresh, "fresh")).isEqualTo("fresh");
      }
      assertThat(server.server().info().status()).isEqualTo(Status.RUNNING);
      assertThat(server.port()).isEqualTo(port);

      tls.configure(sound);
      Awaitility.await("nothing is wrong any more")
          .until(
              () -> server.server().info().transportFacts().keySet(),
              facts -> facts.stream().noneMatch(fact -> fact.endsWith("not in use")));
      assertThat(ask(client, "again")).isEqualTo("again");
    }
  }
}
