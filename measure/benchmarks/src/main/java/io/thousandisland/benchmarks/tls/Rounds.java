// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.tls;

import io.thousandisland.benchmarks.process.Processors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Clients that work on each server for a slice, one server after the other, round by round. The
 * other servers rest meanwhile.
 */
final class Rounds implements AutoCloseable {

  /** Makes a client of the server at a port. */
  interface Maker {
    Client client(int port) throws IOException;
  }

  /**
   * A measured slice.
   *
   * @param cost microseconds of the server's processor time for a unit of work
   * @param rate units in a second
   */
  record Slice(double cost, double rate) {}

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Server> servers;
  private final List<List<Client>> clients = new ArrayList<>();

  Rounds(List<Server> servers, int each, Maker maker) throws IOException {
    this.servers = servers;
    for (Server server : servers) {
      List<Client> its = new ArrayList<>();
      for (int i = 0; i < each; i++) {
        its.add(maker.client(server.port()));
      }
      clients.add(its);
    }
  }

  /**
   * The slices of each server, in the order of the servers.
   *
   * @param warm nanoseconds before the first round, on each server
   * @param slice nanoseconds
   */
  List<List<Slice>> run(int rounds, long warm, long slice) throws IOException {
    List<List<Slice>> all = new ArrayList<>();
    for (int i = 0; i < servers.size(); i++) {
      all.add(new ArrayList<>());
      slice(i, warm);
    }
    for (int round = 0; round < rounds; round++) {
      for (int turn = 0; turn < servers.size(); turn++) {
        int i = round % 2 == 0 ? turn : servers.size() - 1 - turn;
        all.get(i).add(slice(i, slice));
      }
    }
    return all;
  }

  private Slice slice(int server, long nanos) throws IOException {
    long pid = servers.get(server).pid();
    var before = Processors.ofThreads(pid);
    long start = System.nanoTime();
    List<Callable<Long>> work = new ArrayList<>();
    for (Client client : clients.get(server)) {
      work.add(
          () -> {
            long done = 0;
            while (System.nanoTime() - start < nanos) {
              done += client.once();
            }
            return done;
          });
    }
    long done = 0;
    try {
      for (Future<Long> each : threads.invokeAll(work)) {
        done += each.get();
      }
    } catch (ExecutionException e) {
      throw new IOException(servers.get(server).name() + ": " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    long nanosPassed = System.nanoTime() - start;
    long used = Processors.between(before, Processors.ofThreads(pid));
    return new Slice(used / 1e3 / done, done * 1e9 / nanosPassed);
  }

  @Override
  public void close() throws IOException {
    for (List<Client> its : clients) {
      for (Client client : its) {
        client.close();
      }
    }
    threads.shutdown();
  }
}
