// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks;

import java.util.List;

/** One way to load a server, in the words of the load process. */
public record Workload(
    String name, String title, Kind kind, int connections, int bytes, int number) {

  public enum Kind {
    PING_PONG,
    BULK,
    CHURN,
    PACED
  }

  static final String IDLE = "idle";
  static final String START = "start";
  static final int IDLE_CONNECTIONS = 10_000;

  public static final List<Workload> ALL =
      List.of(
          new Workload("64x64B", "64 connections × 64 B", Kind.PING_PONG, 64, 64, 0),
          new Workload("1000x64B", "1,000 connections × 64 B", Kind.PING_PONG, 1000, 64, 0),
          new Workload("64x16KiB", "64 connections × 16 KiB", Kind.PING_PONG, 64, 16 * 1024, 0),
          new Workload("stream", "bulk stream, 4 connections", Kind.BULK, 4, 0, 0),
          new Workload("churn", "connect, echo 64 B, close; 64 at once", Kind.CHURN, 0, 64, 64),
          new Workload("paced10k", "64 connections × 64 B", Kind.PACED, 64, 64, 10_000),
          new Workload("paced30k", "64 connections × 64 B", Kind.PACED, 64, 64, 30_000));

  static Workload named(String name) {
    return ALL.stream().filter(any -> any.name.equals(name)).findFirst().orElseThrow();
  }

  static List<Workload> pingPongs() {
    return ALL.stream().filter(any -> any.kind == Kind.PING_PONG).toList();
  }

  /** The name of one unit of work. */
  public String unit() {
    return switch (kind) {
      case PING_PONG, PACED -> "echo";
      case BULK -> "MiB";
      case CHURN -> "connection";
    };
  }

  public String command(int port, long nanos) {
    return switch (kind) {
      case PING_PONG -> "pingpong %d %d %d".formatted(port, bytes, nanos);
      case BULK -> "bulk %d %d".formatted(port, nanos);
      case CHURN -> "churn %d %d %d %d".formatted(port, bytes, nanos, number);
      case PACED -> "paced %d %d %d %d".formatted(port, bytes, nanos, number);
    };
  }
}
