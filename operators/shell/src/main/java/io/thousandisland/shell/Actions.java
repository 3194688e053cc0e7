// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.shell;

import io.thousandisland.server.Addresses;
import io.thousandisland.server.Drain;
import io.thousandisland.server.Drained;
import io.thousandisland.server.GenerationInfo;
import io.thousandisland.server.Server;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * The commands of the scope {@code ti} that change something. Commands that touch connections say
 * how many before they wait.
 *
 * <p>Thread: the shell's.
 */
@Component(
    service = Actions.class,
    property = {
      "osgi.command.scope=ti",
      "osgi.command.function=suspend",
      "osgi.command.function=resume",
      "osgi.command.function=retry",
      "osgi.command.function=drain",
      "osgi.command.function=drainGeneration",
      "osgi.command.function=drainConnection",
      "osgi.command.function=drainAddress",
      "osgi.command.function=await",
      "osgi.command.function=roll",
      "osgi.command.function=cut"
    })
public final class Actions {

  private static final String ALL = "--all";
  private static final String NOW = "--now";
  private static final String NAME = "name of the server";
  private static final String AT_MOST = "--at-most";
  private static final String AT_LEAST = "--at-least";
  private static final String WITHIN = "--within";

  private final Servers servers;

  @Activate
  public Actions(@Reference Servers servers) {
    this.servers = servers;
  }

  private Server only(String command, String... typed) {
    return servers.named(Arguments.of("usage: ti:" + command + " NAME", 1, 1, typed).name());
  }

  private static String connections(long count) {
    return Text.count(count, "connection");
  }

  // ---- the port

  @Descriptor("refuses new connections; live connections go on")
  public String suspend(CommandSession session, @Descriptor(NAME) String... arguments) {
    Server server = only("suspend", arguments);
    say(
        session,
        "suspending server %s, which keeps %s"
            .formatted(server.name(), connections(server.info().connections())));
    server.suspend();
    return Listings.table(List.of(server));
  }

  @Descriptor("listens again, on the same port")
  public String resume(@Descriptor(NAME) String... arguments) {
    Server server = only("resume", arguments);
    server.resume();
    return Listings.table(List.of(server));
  }

  @Descriptor(
      "tries at once what the server would try later: to get a handler, to apply a configuration")
  public String retry(@Descriptor(NAME) String... arguments) {
    Server server = only("retry", arguments);
    server.retry();
    return Listings.table(List.of(server));
  }

  // ---- drains

  @Descriptor("ends the connections of a server or an acceptor; waits, and reports")
  public String drain(
      CommandSession session,
      @Descriptor(
              NAME
                  + ", which is suspended first; or the name and the number of the acceptor, from 1:"
                  + " the acceptor goes on afterwards; or --all, for all servers at once."
                  + " --now skips the readyDelay of servers")
          String... arguments) {
    String usage =
        "usage: ti:drain NAME [--now], ti:drain NAME ACCEPTOR, or ti:drain --all [--now] for every server";
    List<String> words = new ArrayList<>(List.of(arguments));
    boolean now = words.remove(NOW);
    Function<Server, Drain> how = now ? server -> server.drain(Duration.ZERO) : Server::drain;
    int most = now ? 1 : 2; // an acceptor has no delay to skip
    var typed = Arguments.of(usage, 1, most, words.toArray(String[]::new));
    if (typed.name().equals(ALL)) {
      Arguments unused = Arguments.of(usage, 1, 1, words.toArray(String[]::new));
      return drainAll(session, how);
    }
    Server server = servers.named(typed.name());
    if (typed.hasNumber()) {
      return drainAcceptor(session, server, typed.number("acceptor"));
    }
    sayOfServer(session, server);
    return report(how.apply(server));
  }

  private String drainAll(CommandSession session, Function<Server, Drain> how) {
    List<Server> all = servers.all();
    if (all.isEmpty()) {
      return Listings.table(all);
    }
    all.forEach(server -> sayOfServer(session, server));
    List<Drain> drains = all.stream().map(how).toList(); // all at once, then the wait
    return IntStream.range(0, all.size())
        .mapToObj(i -> all.get(i).name() + ": " + report(drains.get(i)))
        .collect(Collectors.joining("\n"));
  }

  private static void sayOfServer(CommandSession session, Server server) {
    say(
        session,
        "draining server %s: %s"
            .formatted(server.name(), connections(server.info().connections())));
  }

  private static String drainAcceptor(CommandSession session, Server server, long acceptor) {
    int most = server.info().acceptors();
    if (acceptor < 1 || acceptor > most) {
      throw new IllegalArgumentException(
          "no acceptor %d in server %s; there are 1 to %d"
              .formatted(acceptor, server.name(), most));
    }
    long count = server.connections().stream().filter(one -> one.acceptor() == acceptor).count();
    say(
        session,
        "draining acceptor %d of server %s: %s"
            .formatted(acceptor, server.name(), connections(count)));
    return report(server.drainAcceptor(Math.toIntExact(acceptor)));
  }

  @Descriptor("drains one acceptor after the other while the server goes on; waits, and reports")
  public String roll(CommandSession session, @Descriptor(NAME) String... arguments) {
    Server server = only("roll", arguments);
    say(
        session,
        "draining the acceptors of server %s, one after the other: %s"
            .formatted(server.name(), connections(server.info().connections())));
    return report(server.drainRolling());
  }

  @Descriptor("ends the connections of one handler generation; waits, and reports")
  public String drainGeneration(
      CommandSession session,
      @Descriptor(NAME + ", and number of the generation, see ti:servers") String... arguments) {
    var typed = Arguments.of("usage: ti:drainGeneration NAME GENERATION", 2, 2, arguments);
    Server server = servers.named(typed.name());
    long number = typed.number("generation");
    List<GenerationInfo> all = server.info().generations();
    GenerationInfo generation =
        all.stream()
            .filter(one -> one.number() == number)
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "no generation %d in server %s; %s"
                            .formatted(
                                number,
                                server.name(),
                                Servers.whoIsThere(
                                    all.stream().map(one -> "" + one.number()).toList()))));
    say(
        session,
        "draining generation %d of server %s: %s"
            .formatted(number, server.name(), connections(generation.connections())));
    return report(server.drainGeneration(generation.number()));
  }

  @Descriptor("ends one connection; waits, and reports")
  public String drainConnection(
      CommandSession session,
      @Descriptor(NAME + ", and id of the connection, see ti:connections") String... arguments) {
    var typed = Arguments.of("usage: ti:drainConnection NAME ID", 2, 2, arguments);
    Server server = servers.named(typed.name());
    long id = typed.number("connection");
    var connection =
        server.connections().stream()
            .filter(one -> one.id() == id)
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "no connection %d in server %s; see ti:connections"
                            .formatted(id, server.name())));
    say(
        session,
        "draining connection %d of server %s, from %s: 1 connection"
            .formatted(id, server.name(), Addresses.text(connection.remote())));
    return report(server.drainConnection(id));
  }

  @Descriptor("ends all connections of an address or a CIDR block; waits, and reports")
  public String drainAddress(
      CommandSession session,
      @Descriptor(NAME + ", and the address or block, as in 10.0.0.0/8") String... arguments) {
    var typed = Arguments.of("usage: ti:drainAddress NAME ADDRESS", 2, 2, arguments);
    Server server = servers.named(typed.name());
    Drain drain = server.drainAddress(typed.typed().get(1));
    say(
        session,
        "draining %s of server %s: %s"
            .formatted(drain.what(), server.name(), connections(drain.progress().remaining())));
    return report(drain);
  }

  @Descriptor("waits until a server has a number of connections, or the time is over")
  public String await(
      @Descriptor(NAME + ", and --at-most N or --at-least N; --within 30s ends the wait")
          String... arguments)
      throws InterruptedException {
    String usage = "usage: ti:await NAME --at-most N or --at-least N [--within 30s]";
    var typed = Options.of(usage, List.of(AT_MOST, AT_LEAST, WITHIN), arguments);
    Server server =
        servers.named(Arguments.of(usage, 1, 1, typed.words().toArray(String[]::new)).name());
    Optional<Integer> most = typed.number(AT_MOST);
    Optional<Integer> least = typed.number(AT_LEAST);
    if (most.isEmpty() && least.isEmpty()) {
      throw new IllegalArgumentException("no number to wait for; " + usage);
    }
    Duration limit = typed.duration(WITHIN).orElse(ChronoUnit.FOREVER.getDuration());
    boolean reached =
        server.awaitConnections(
            n -> n <= most.orElse(Integer.MAX_VALUE) && n >= least.orElse(0), limit);
    String now =
        "server %s has %s".formatted(server.name(), connections(server.info().connections()));
    return reached ? now : "not reached: " + now;
  }

  @Descriptor(
      "ends the current phase of a server's drains; the phases are advice, shutdown and force")
  public String cut(CommandSession session, @Descriptor(NAME) String... arguments) {
    Server server = only("cut", arguments);
    List<Drain> drains = server.drains();
    if (drains.isEmpty()) {
      return "no drain of server " + server.name() + " is under way";
    }
    long remaining = drains.stream().mapToLong(drain -> drain.progress().remaining()).sum();
    say(
        session,
        "cutting short %s of server %s: %s"
            .formatted(Text.count(drains.size(), "drain"), server.name(), connections(remaining)));
    drains.forEach(Drain::cutShort);
    return Listings.drains(List.of(server));
  }

  // ---- output

  /** Prints immediately, and on the terminal even when the result goes elsewhere. */
  private static void say(CommandSession session, String line) {
    session.getConsole().println(line);
  }

  /** Waits for the drain. Ctrl-C may ask for the console's only thread meanwhile. */
  private static String report(Drain drain) {
    Drained drained;
    try {
      drained = drain.result().get();
    } catch (InterruptedException wanted) {
      return "interrupted; the drain goes on: see ti:drains, and ti:cut";
    } catch (ExecutionException e) {
      throw new IllegalStateException("the drain failed: " + e.getCause(), e.getCause());
    }
    return "%d migrated, %d graceful, %d forced, lingering threads: %s, took %d ms"
        .formatted(
            drained.migrated(),
            drained.graceful(),
            drained.forced(),
            drained.lingering().isEmpty() ? "none" : String.join(", ", drained.lingering()),
            drained.took().toMillis());
  }
}
