// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.scaling;

import io.thousandisland.benchmarks.LoadProcess;
import io.thousandisland.benchmarks.Measuring;
import io.thousandisland.benchmarks.Options;
import io.thousandisland.benchmarks.Quiet;
import io.thousandisland.benchmarks.Results;
import io.thousandisland.benchmarks.RunningServer;
import io.thousandisland.benchmarks.Workload;
import io.thousandisland.benchmarks.Workload.Kind;
import io.thousandisland.benchmarks.process.Processors;
import java.io.IOException;

/** The measurement of one server with few connections and with many. */
final class Crowds {

  /**
   * Numbers of connections. A process may have 20,000 descriptors where nobody raises that limit.
   */
  static final int[] SIZES = {100, 300, 1000, 3000, 10_000, 19_000};

  /** Echoes a second, over all connections, when only some connections are awake at a time. */
  static final int PACE = 10_000;

  static final String HEAP = "heap";
  static final String KERNEL = "kernel";
  static final String BUFFERS = "buffers";
  static final String RESIDENT = "resident";
  static final String IDLE_LOAD = "idle load";
  static final String DESCRIPTORS = "descriptors";

  private static final int MOST_IDLE_ROUNDS = 3;
  private static final long IDLE_MILLIS = 2000;
  private static final long LET_GO_MILLIS = 1000; // until both ends are gone from the kernel
  private static final long NANOS_TO_WARM = 300_000_000;

  private final Options options;
  private final RunningServer server;
  private final LoadProcess load;
  private final Measuring measuring;
  private final Results results;

  Crowds(
      Options options,
      RunningServer server,
      LoadProcess load,
      Measuring measuring,
      Results results) {
    this.options = options;
    this.server = server;
    this.load = load;
    this.measuring = measuring;
    this.results = results;
  }

  /** All connections ask, and ask again. */
  static Workload busy(int size) {
    return new Workload("busy " + size, "busy", Kind.PING_PONG, size, 64, 0);
  }

  /** One connection after the other asks, at a fixed rate. */
  static Workload paced(int size) {
    return new Workload("paced " + size, "paced", Kind.PACED, size, 64, PACE);
  }

  /** Results have no place for a size, so the size is in the name of the figure. */
  static String at(String figure, int size) {
    return figure + " " + size;
  }

  void work() throws IOException, InterruptedException {
    var quiet = new Quiet(options.serverProcessor(), options.loadProcessor());
    for (int size : SIZES) {
      measuring.open(server, size);
      load.tell(busy(size).command(server.port(), options.warm() / 2));
      load.tell(paced(size).command(server.port(), options.warm() / 2));
      measuring.close(server);
    }
    for (int round = 0; round < 2 * options.rounds(); round++) {
      for (int size : SIZES) {
        if (results.undisturbed(busy(size), server.name()) < options.rounds()
            || results.undisturbed(paced(size), server.name()) < options.rounds()) {
          quiet.await();
          work(size);
        }
      }
    }
  }

  private void work(int size) throws IOException {
    measuring.open(server, size);
    load.tell(busy(size).command(server.port(), NANOS_TO_WARM));
    results.add(busy(size), server.name(), measuring.slice(busy(size), server));
    load.tell(paced(size).command(server.port(), NANOS_TO_WARM));
    results.add(paced(size), server.name(), measuring.slice(paced(size), server));
    measuring.close(server);
  }

  void idle() throws IOException, InterruptedException {
    Measuring.live(server); // loads the classes that answer
    for (int round = 0; round < Math.min(options.rounds(), MOST_IDLE_ROUNDS); round++) {
      for (int size : SIZES) {
        idle(size);
      }
    }
  }

  private void idle(int size) throws IOException, InterruptedException {
    Thread.sleep(LET_GO_MILLIS);
    long heap = Measuring.live(server);
    long slabs = Memory.slabs();
    long buffers = Memory.tcpBuffers();
    long descriptors = Memory.descriptors(server.pid());
    measuring.open(server, size);
    load.tell("pingpong %d 64 0".formatted(server.port()));
    add(IDLE_LOAD, size, idleLoad());
    add(KERNEL, size, (Memory.slabs() - slabs) / 2.0 / size);
    add(BUFFERS, size, (Memory.tcpBuffers() - buffers) / 2.0 / size);
    add(DESCRIPTORS, size, (double) (Memory.descriptors(server.pid()) - descriptors));
    add(HEAP, size, (double) (Measuring.live(server) - heap) / size);
    add(RESIDENT, size, (double) Memory.resident(server.pid()));
    measuring.close(server);
  }

  /** The share of a processor, in thousandths, that idle connections take. */
  private double idleLoad() throws IOException, InterruptedException {
    Thread.sleep(LET_GO_MILLIS); // for work that is left of the echo
    var before = Processors.ofThreads(server.pid());
    long start = System.nanoTime();
    Thread.sleep(IDLE_MILLIS);
    long used = Processors.between(before, Processors.ofThreads(server.pid()));
    return 1e3 * used / (System.nanoTime() - start);
  }

  private void add(String figure, int size, double value) {
    results.add(at(figure, size), server.name(), value);
  }
}
