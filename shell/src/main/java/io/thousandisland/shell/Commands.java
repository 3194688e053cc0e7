package io.thousandisland.shell;

import io.thousandisland.server.ConnectionInfo;
import io.thousandisland.server.Drain;
import io.thousandisland.server.Drained;
import io.thousandisland.server.GenerationInfo;
import io.thousandisland.server.Server;
import io.thousandisland.server.ServerInfo;
import io.thousandisland.server.Status;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * The commands of the scope {@code ti}.
 *
 * <p>Thread: the shell's.
 */
@Component(
    service = Commands.class,
    property = {
      "osgi.command.scope=ti",
      "osgi.command.function=servers",
      "osgi.command.function=connections",
      "osgi.command.function=suspend",
      "osgi.command.function=resume",
      "osgi.command.function=drain",
      "osgi.command.function=drainGeneration",
      "osgi.command.function=drainConnection",
      "osgi.command.function=roll",
      "osgi.command.function=drains",
      "osgi.command.function=cut"
    })
public final class Commands {

  private final List<Server> servers = new CopyOnWriteArrayList<>();

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void bindServer(Server server) {
    servers.add(server);
  }

  void unbindServer(Server server) {
    servers.remove(server);
  }

  @Descriptor("lists the servers: status, address, connections, handler generations")
  public String servers() {
    return Table.of(
        List.of("NAME", "STATUS", "ADDRESS", "CONNECTIONS", "GENERATIONS", "REASON"),
        servers.stream()
            .map(Server::info)
            .sorted(Comparator.comparing(ServerInfo::name))
            .map(Commands::row)
            .toList());
  }

  private static List<String> row(ServerInfo info) {
    return List.of(
        info.name(),
        info.status().name(),
        info.address().map(Object::toString).orElse("-"),
        info.connections() + "/" + info.maxConnections(),
        info.generations().stream().map(Commands::generation).collect(Collectors.joining(", ")),
        info.reason().orElse(""));
  }

  private static String generation(GenerationInfo generation) {
    return generation.number()
        + (generation.serving() ? "* " : " ")
        + generation.handler()
        + " "
        + generation.version()
        + " ("
        + generation.connections()
        + ")";
  }

  @Descriptor("lists the live connections of all servers")
  public String connections() {
    return servers.stream()
        .sorted(Comparator.comparing(Server::name))
        .map(server -> server.name() + ":\n" + table(server.connections()))
        .collect(Collectors.joining("\n"));
  }

  @Descriptor("lists the live connections of one server")
  public String connections(@Descriptor("name of the server") String name) {
    return table(find(name).connections());
  }

  private static String table(List<ConnectionInfo> connections) {
    return Table.of(
        List.of("ID", "REMOTE", "ACCEPTOR", "GENERATION", "RECEIVED", "SENT", "SINCE"),
        connections.stream().map(Commands::row).toList());
  }

  private static List<String> row(ConnectionInfo info) {
    return List.of(
        Long.toString(info.id()),
        info.remote().toString(),
        Integer.toString(info.acceptor()),
        Integer.toString(info.generation()),
        Long.toString(info.counters().bytesReceived()),
        Long.toString(info.counters().bytesSent()),
        info.started().toString());
  }

  @Descriptor("refuses new connections; live ones go on")
  public String suspend(@Descriptor("name of the server") String name) {
    find(name).suspend();
    return servers();
  }

  @Descriptor("listens again, at the same port")
  public String resume(@Descriptor("name of the server") String name) {
    find(name).resume();
    return servers();
  }

  @Descriptor("suspends a server and ends its connections; waits, and reports")
  public String drain(@Descriptor("name of the server") String name) {
    return report(find(name).drain());
  }

  @Descriptor("ends the connections of one acceptor, which goes on afterwards; waits, and reports")
  public String drain(
      @Descriptor("name of the server") String name,
      @Descriptor("number of the acceptor, from 1") int acceptor) {
    return report(find(name).drainAcceptor(acceptor));
  }

  @Descriptor("drains all servers at once; waits, and reports")
  public String drain() {
    List<Server> all = servers.stream().sorted(Comparator.comparing(Server::name)).toList();
    List<Drain> drains = all.stream().map(Server::drain).toList(); // all at once, then the wait
    return IntStream.range(0, all.size())
        .mapToObj(i -> all.get(i).name() + ": " + report(drains.get(i)))
        .collect(Collectors.joining("\n"));
  }

  @Descriptor("drains one acceptor after the other while the server goes on; waits, and reports")
  public String roll(@Descriptor("name of the server") String name) {
    return report(find(name).drainRolling());
  }

  @Descriptor("ends the connections of one handler generation; waits, and reports")
  public String drainGeneration(
      @Descriptor("name of the server") String name,
      @Descriptor("number of the generation, see ti:servers") int number) {
    return report(find(name).drainGeneration(number));
  }

  @Descriptor("ends one connection; waits, and reports")
  public String drainConnection(
      @Descriptor("name of the server") String name,
      @Descriptor("id of the connection, see ti:connections") long id) {
    return report(find(name).drainConnection(id));
  }

  @Descriptor("lists the drains under way")
  public String drains() {
    List<List<String>> rows = new ArrayList<>();
    servers.stream()
        .sorted(Comparator.comparing(Server::name))
        .forEach(server -> server.drains().forEach(drain -> rows.add(row(server, drain))));
    return Table.of(List.of("SERVER", "WHAT", "PHASE", "REMAINING", "ENDED", "ELAPSED"), rows);
  }

  private static List<String> row(Server server, Drain drain) {
    Drain.Progress now = drain.progress();
    return List.of(
        server.name(),
        drain.what(),
        now.phase().name(),
        Integer.toString(now.remaining()),
        Integer.toString(now.ended()),
        now.elapsed().toMillis() + " ms");
  }

  @Descriptor(
      "ends the phase that the drains of a server are in: advice, then shutdown, then force")
  public String cut(@Descriptor("name of the server") String name) {
    find(name).drains().forEach(Drain::cutShort);
    return drains();
  }

  /** Waits. The console's only thread may be wanted back meanwhile: by Ctrl-C. */
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

  /** One whose configuration is deleted may still drain under the name of its successor. */
  private Server find(String name) {
    return servers.stream()
        .filter(server -> server.name().equals(name))
        .min(Comparator.comparing(server -> server.status() == Status.DRAINING))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no server named "
                        + name
                        + "; there are: "
                        + servers.stream().map(Server::name).sorted().toList()));
  }
}
