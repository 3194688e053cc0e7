// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * The peers of a server, in a process of their own. Each line of input is a number and a command;
 * the answer is a line with that number. The process ends with its input.
 *
 * <ul>
 *   <li>{@code talk}: 32 talkers and 2 visitors begin; answered when each has had 50 replies.
 *   <li>{@code phase}: counts from 0.
 *   <li>{@code await N}: answered when each honest client has had N more replies.
 *   <li>{@code figures}: the counts of this phase.
 *   <li>{@code of N}: the replies of version N in this phase.
 *   <li>{@code hostile}: the hostile peers are there; answered when all are in position.
 *   <li>{@code slow}: the same with only the peers that are slow to read.
 *   <li>{@code connects}: how often the slow peers have connected so far.
 *   <li>{@code peace}: the hostile peers go.
 * </ul>
 */
public final class Peers {

  private static final int TALKERS = 32;
  private static final int VISITORS = 2;
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);

  private final int port;
  private final List<Honest> honest = new ArrayList<>();
  private final List<Hostile> hostile = new ArrayList<>();
  private volatile Tally tally = new Tally(); // read by the honest clients

  private Peers(int port) {
    this.port = port;
  }

  public static void main(String[] args) throws IOException {
    var peers = new Peers(Integer.parseInt(args[0]));
    var commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      String[] words = line.split(" ", 3);
      int number = words.length > 2 ? Integer.parseInt(words[2]) : 0;
      System.out.println(words[0] + " " + peers.obey(words[1], number));
    }
    System.exit(0);
  }

  int port() {
    return port;
  }

  Tally tally() {
    return tally;
  }

  private String obey(String command, int number) {
    return switch (command) {
      case "talk" -> {
        for (int i = 0; i < TALKERS + VISITORS; i++) {
          honest.add(new Honest(this, i < TALKERS ? "talker" + i : "visitor" + i, i >= TALKERS));
        }
        honest.forEach(Peers::start);
        yield awaitReplies(50);
      }
      case "phase" -> {
        tally = new Tally();
        yield "ok";
      }
      case "await" -> awaitReplies(number);
      case "figures" -> tally.toString();
      case "of" -> "" + tally.of(number);
      case "hostile" -> gather(false);
      case "slow" -> gather(true);
      case "connects" -> "" + hostile.stream().mapToInt(Hostile::connects).sum();
      case "peace" -> {
        hostile.forEach(Hostile::go);
        hostile.clear();
        yield "ok";
      }
      default -> "no such command";
    };
  }

  /**
   * Brings the hostile peers. Peers that are there stay. A peer that comes only when called is
   * called.
   */
  private String gather(boolean onlySlow) {
    if (hostile.isEmpty()) {
      hostile.add(new Pusher(this, 0));
      hostile.add(new Pusher(this, 20_000));
      if (!onlySlow) {
        hostile.add(new Holder(this, "sleep", false));
        hostile.add(new Holder(this, "swallow", false));
        hostile.add(new Holder(this, "receive", false));
        hostile.add(new Holder(this, "compute", true));
      }
      hostile.forEach(Peers::start);
    }
    hostile.forEach(Hostile::again);
    boolean there = await(() -> hostile.stream().allMatch(Hostile::inPosition));
    return there
        ? "ok"
        : "not there: " + hostile.stream().filter(peer -> !peer.inPosition()).toList();
  }

  private static void start(Runnable peer) {
    Thread.ofPlatform().daemon().name(peer.toString()).start(peer);
  }

  private String awaitReplies(int more) {
    List<Long> goals = honest.stream().map(client -> client.replies + more).toList();
    boolean reached =
        await(
            () ->
                Stream.iterate(0, i -> i < goals.size(), i -> i + 1)
                    .allMatch(i -> honest.get(i).replies >= goals.get(i)));
    return reached ? "ok" : "some have no reply: " + tally;
  }

  private static boolean await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      LockSupport.parkNanos(2_000_000);
    }
    return true;
  }
}
