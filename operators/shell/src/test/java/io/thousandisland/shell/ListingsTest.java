package io.thousandisland.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.server.HandlerInfo;
import java.time.Instant;
import java.util.List;
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
  void connectionsAreListedWithTheirBytesAndForAllServersUnderTheirNames() {
    String table =
        """
        ID  REMOTE           ACCEPTOR  GENERATION  RECEIVED  SENT  SINCE
        9   127.0.0.1:50000  4         2           11        22    2026-01-02 04:04:05
        times are local: Europe/Berlin""";
    assertThat(listings.connections("mail")).isEqualTo(table);
    assertThat(listings.connections()).isEqualTo("echo:\n" + table + "\nmail:\n" + table);
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
