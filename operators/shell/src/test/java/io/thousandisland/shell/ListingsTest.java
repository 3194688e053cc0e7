// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.handler.Counters;
import io.thousandisland.server.ConnectionInfo;
import io.thousandisland.server.HandlerInfo;
import io.thousandisland.server.SettingInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TimeZone;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ListingsTest {

  private static final Instant BUILT = Instant.parse("2026-11-26T18:00:59Z");

  private final TimeZone before = TimeZone.getDefault();
  private final Servers servers = new Servers();
  private final Listings listings = new Listings(servers, ListingsTest::handlers);

  private static List<HandlerInfo> handlers() {
    return List.of(
        new HandlerInfo(
            "echo",
            5,
            "org.example.Echo",
            "org.example.echo",
            "1.0.1",
            Optional.of(BUILT),
            List.of(
                new HandlerInfo.Binding("echo", 2, true, 1),
                new HandlerInfo.Binding("mail", 12, false, 7)),
            ""),
        new HandlerInfo(
            "",
            0,
            "org.example.Frail",
            "org.example.frail",
            "1.0.0",
            Optional.empty(),
            List.of(),
            "its reference store finds no service org.example.Store"));
  }

  @BeforeEach
  void bind() {
    TimeZone.setDefault(TimeZone.getTimeZone("Europe/Berlin"));
    servers.bindServer(new FixedServer("mail"));
    servers.bindServer(new FixedServer("echo"));
  }

  @AfterEach
  void restore() {
    TimeZone.setDefault(before);
  }

  @Test
  void serversAreListedByNameWithTheirReasonsBelow() {
    assertThat(listings.servers())
        .isEqualTo(
            """
            NAME  STATUS   ADDRESS         CONNECTIONS  GENERATIONS
            echo  RUNNING  127.0.0.1:7777  3/100        1 echo 1.0.0 (2)
                                                        2* echo 1.0.1 (1)
                backlog is 0
                refused so far: 4 by allow, deny
            mail  RUNNING  127.0.0.1:7777  3/100        1 echo 1.0.0 (2)
                                                        2* echo 1.0.1 (1)
                backlog is 0
                refused so far: 4 by allow, deny
            * serves new connections""");
  }

  @Test
  void connectionsAreListedWithTheirFactsAndForAllServersUnderTheirNames() {
    String table =
        """
        ID  REMOTE           LABEL  ACC  GEN  RECEIVED  SENT  UNREAD  UNSENT  IDLE   AGE   DUE
        9   127.0.0.1:50000  ann    4    2    11        22    5       6       2m05s  AGE   90ms
            takes no place""";
    assertThat(shown("mail")).isEqualTo(table);
    assertThat(shown()).isEqualTo("echo:\n" + table + "\nmail:\n" + table);
  }

  /** The listing, without the age of the connection, which is that of this test. */
  private String shown(String... arguments) {
    return listings
        .connections(arguments)
        .replaceAll(" \\d+d ", " AGE ")
        .replaceAll(" AGE +90", " AGE   90");
  }

  @Test
  void connectionsAreFilteredAndTheRestIsCounted() {
    for (String some :
        List.of(
            "--idle 2m",
            "--older 1h",
            "--address 127.",
            "--address 127.0.0.0/8",
            "--address 127.0.0.1/32",
            "--address 0.0.0.0/0",
            "--label AN",
            "--sort sent --top 1")) {
      assertThat(listings.connections(("mail " + some).split(" "))).as(some).contains("50000");
    }
    for (String none :
        List.of(
            "--idle 126s",
            "--older 90000h",
            "--address 128.",
            "--address 126.0.0.0/8",
            "--address 127.0.0.2/32",
            "--address ::/0",
            "--label bob",
            "--top 0")) {
      assertThat(listings.connections(("mail " + none).split(" ")))
          .as(none)
          .isEqualTo("no such connections\n0 of 1 connection");
    }
  }

  @Test
  void connectionsAreSortedByTheLargest() {
    var few = Duration.ofSeconds(1);
    var info = new FixedServer("x").connections().getFirst();
    var later =
        new ConnectionInfo(
            10,
            4,
            2,
            info.remote(),
            info.local(),
            new Counters(99, 1, 0, 0),
            info.started().plusSeconds(1),
            "",
            few,
            0,
            99,
            Optional.empty(),
            true);
    for (String first : List.of("received", "unsent")) {
      assertThat(ConnectionQuery.of("--sort", first).of(List.of(info, later)))
          .as(first)
          .containsExactly(later, info);
    }
    for (String first : List.of("age", "idle", "sent", "unread")) {
      assertThat(ConnectionQuery.of("--sort", first).of(List.of(later, info)))
          .as(first)
          .containsExactly(info, later);
    }
  }

  @Test
  void wrongOptionIsAnsweredWithThoseThatAreAllowed() {
    assertThatThrownBy(() -> listings.connections("mail", "--sort", "name"))
        .hasMessage("--sort is name; allowed: age, idle, received, sent, unread or unsent");
    for (String block : List.of("10.0.0.0/33", "10/8", "::/129", "localhost/8", "1.2.3.400/8")) {
      assertThatThrownBy(() -> listings.connections("mail", "--address", block))
          .hasMessage(
              "--address is %s; allowed: an address, its beginning or a CIDR block, as in 10.1. or"
                      .formatted(block)
                  + " 10.0.0.0/8");
    }
    assertThatThrownBy(() -> listings.connections("mail", "--idel", "5s"))
        .hasMessage("no option --idel; did you mean --idle?");
    assertThatThrownBy(() -> listings.connections("mail", "echo"))
        .hasMessageStartingWith("too many arguments; usage: ti:connections [NAME]");
  }

  @Test
  void factsOfTheTransportAreShown() {
    var facts = Map.of("certificate 1", "CN=a from a.pem, until 2027-01-01T00:00:00Z");
    servers.bindServer(new FixedServer("secure", facts));
    assertThat(listings.server("secure"))
        .contains(
            """
            FACT           VALUE
            certificate 1  CN=a from a.pem, until 2027-01-01T00:00:00Z

            KEY""");
  }

  @Test
  void oneServerIsShownWithEveryKeyOfItsConfiguration() {
    assertThat(listings.server("mail"))
        .isEqualTo(
            """
            NAME  STATUS   ADDRESS         CONNECTIONS  GENERATIONS
            mail  RUNNING  127.0.0.1:7777  3/100        1 echo 1.0.0 (2)
                                                        2* echo 1.0.1 (1)
                backlog is 0
                refused so far: 4 by allow, deny
            * serves new connections
            transport tcp, 10 acceptors, 1 listening socket, 7 connections accepted since \
            2026-01-02 04:04:05
            times are local: Europe/Berlin
            KEY               VALUE
            deny              -
            option.password*  -
            readTimeout*      5s
            * differs from the default; values of options are not shown""");
  }

  @Test
  void longValueOfAKeyIsShownInFull() {
    String blocks = "10.0.0.0/8, ".repeat(30) + "2001:db8::/32";
    var settings = List.of(new SettingInfo("maxConnectionsPerAcceptor", blocks, false));
    assertThat(Listings.settings(settings).lines())
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100))
        .anyMatch(line -> line.startsWith("maxConnectionsPerAcceptor*  10.0.0.0/8, 10.0"))
        .anyMatch(line -> line.endsWith("2001:db8::/32"));
    assertThat(Listings.settings(settings).split("10\\.0\\.0\\.0/8", -1)).hasSize(31);
  }

  @Test
  void handlersAreListedWithWhomTheyServeOrWhyNobody() {
    assertThat(listings.handlers())
        .isEqualTo(
            """
            NAME  RANKING  BUNDLE             VERSION  BUILT                SERVES
            echo  5        org.example.echo   1.0.1    2026-11-26 19:00:59  echo 2* (1)
                                                                            mail 12 (7)
            -     0        org.example.frail  1.0.0    -                    -
                its reference store finds no service org.example.Store
            SERVES: server, generation (connections)
            * serves new connections
            times are local: Europe/Berlin""");
  }

  @Test
  void drainsUnderWayAreListed() {
    assertThat(listings.drains().lines().skip(1))
        .hasSize(2)
        .allMatch(line -> line.matches("(echo|mail) +generation 2 +OVER +0 +3 +30 ms"));
  }

  @Test
  void whatIsEmptySaysWhy() {
    var nothing = new Listings(new Servers(), List::of);

    assertThat(nothing.servers())
        .isEqualTo("no servers: there is no configuration of io.thousandisland.server");
    assertThat(nothing.connections()).isEqualTo(nothing.servers());
    assertThat(nothing.handlers()).isEqualTo("no handlers: no bundle provides one");
    assertThat(nothing.drains()).isEqualTo("no drain is under way");
    assertThat(new Listings(new Servers(), null).handlers())
        .isEqualTo("no handlers are known: the bundle io.thousandisland.runtime is not active");
  }

  @Test
  void wrongNameIsAnsweredWithTheOneThatWasMeantAndThoseThatExist() {
    assertThatThrownBy(() -> listings.connections("ecko"))
        .hasMessage("no server named ecko; did you mean echo? there are echo, mail");
    assertThatThrownBy(() -> listings.connections("shout"))
        .hasMessage("no server named shout; there are echo, mail");
    assertThatThrownBy(() -> new Listings(new Servers(), List::of).connections("echo"))
        .hasMessage("no server named echo; there is none");
  }
}
