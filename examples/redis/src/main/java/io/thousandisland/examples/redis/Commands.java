// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.redis;

import io.thousandisland.examples.redis.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The commands, and the replies to them. */
final class Commands {

  private static final String NO_INTEGER = "ERR value is not an integer or out of range";
  private static final String SYNTAX = "ERR syntax error";

  /** More than a hundred years would overflow the clock. */
  private static final long LONGEST_MILLIS = Duration.ofDays(36_500).toMillis();

  private final Store store;

  Commands(Store store) {
    this.store = store;
  }

  /** The reply to a request of at least one word. */
  String reply(List<String> request) {
    String command = request.getFirst().toUpperCase(Locale.ROOT);
    List<String> words = request.subList(1, request.size());
    try {
      return switch (command) {
        case "PING" ->
            words.isEmpty() ? Replies.simple("PONG") : Replies.text(only(1, command, words));
        case "ECHO" -> Replies.text(only(1, command, words));
        case "GET" -> Replies.text(store.get(only(1, command, words)));
        case "SET" -> set(words);
        case "DEL" ->
            Replies.number(atLeast(1, command, words).stream().filter(store::delete).count());
        case "INCR" -> Replies.number(store.add(only(1, command, words), 1));
        case "EXPIRE" -> expire(words);
        case "TTL" -> Replies.number(store.secondsLeft(only(1, command, words)));
        // what redis-cli and redis-benchmark ask at their start
        case "COMMAND", "CONFIG" -> Replies.NO_ELEMENTS;
        case "CLIENT", "SELECT" -> Replies.OK;
        default -> Replies.failure("ERR unknown command '" + printable(request.getFirst()) + "'");
      };
    } catch (WrongRequest e) {
      return Replies.failure(e.reply);
    } catch (NumberFormatException e) {
      return Replies.failure(NO_INTEGER);
    } catch (ArithmeticException e) {
      return Replies.failure("ERR increment or decrement would overflow");
    }
  }

  private String set(List<String> words) {
    if (words.size() < 2) {
      throw WrongRequest.count("SET");
    }
    Optional<Duration> life = Optional.empty();
    var condition = Store.Condition.ALWAYS;
    for (int i = 2; i < words.size(); i++) {
      String option = words.get(i).toUpperCase(Locale.ROOT);
      switch (option) {
        case "NX" -> condition = Store.Condition.IF_ABSENT;
        case "XX" -> condition = Store.Condition.IF_PRESENT;
        case "EX", "PX" -> {
          if (++i == words.size()) {
            throw new WrongRequest(SYNTAX);
          }
          life = Optional.of(life("set", words.get(i), option.equals("EX") ? 1000 : 1));
        }
        default -> throw new WrongRequest(SYNTAX);
      }
    }
    boolean set = store.set(words.get(0), words.get(1), life, condition);
    return set ? Replies.OK : Replies.NOTHING;
  }

  private String expire(List<String> words) {
    if (words.size() != 2) {
      throw WrongRequest.count("EXPIRE");
    }
    if (Long.parseLong(words.get(1)) <= 0) {
      return Replies.number(store.delete(words.get(0)) ? 1 : 0);
    }
    Duration life = life("expire", words.get(1), 1000);
    return Replies.number(store.expire(words.get(0), life) ? 1 : 0);
  }

  private static Duration life(String command, String text, long unit) {
    long count = Long.parseLong(text);
    if (count <= 0 || count > LONGEST_MILLIS / unit) {
      throw new WrongRequest("ERR invalid expire time in '" + command + "' command");
    }
    return Duration.ofMillis(count * unit);
  }

  private static String only(int count, String command, List<String> words) {
    if (words.size() != count) {
      throw WrongRequest.count(command);
    }
    return words.getFirst();
  }

  private static List<String> atLeast(int count, String command, List<String> words) {
    if (words.size() < count) {
      throw WrongRequest.count(command);
    }
    return words;
  }

  /** A line end in an error would end the reply. */
  private static String printable(String text) {
    String start = text.length() > 128 ? text.substring(0, 128) : text;
    return start.replaceAll("\\p{Cntrl}", " ");
  }

  /** A request that is wrong, and the reply that says so. */
  private static final class WrongRequest extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String reply;

    WrongRequest(String reply) {
      super(reply);
      this.reply = reply;
    }

    static WrongRequest count(String command) {
      return new WrongRequest(
          "ERR wrong number of arguments for '" + command.toLowerCase(Locale.ROOT) + "' command");
    }
  }
}
