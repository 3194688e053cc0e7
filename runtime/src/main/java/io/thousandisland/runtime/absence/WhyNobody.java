// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.absence;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.osgi.framework.Filter;

/** The sentence that says why a server has no handler, with the most likely reason. */
public final class WhyNobody {

  private static final int NAMES = 10;

  /** A value in a filter; the wildcard is no value. */
  private static final Pattern VALUE = Pattern.compile("=([^()*]+)");

  private WhyNobody() {}

  /** The sentence when no look has been taken yet. */
  public static String plain(Filter wanted) {
    return "no handler matches " + wanted;
  }

  /**
   * @param absentees the handlers that no server can have
   * @param names the names of the handlers that any server can have
   */
  public static String sentence(Filter wanted, List<Absentee> absentees, Collection<String> names) {
    List<Absentee> likely = absentees.stream().filter(one -> one.matches(wanted)).toList();
    if (!likely.isEmpty()) {
      return plain(wanted) + counted(likely);
    }
    List<Absentee> nameless = absentees.stream().filter(one -> one.name().isEmpty()).toList();
    List<Absentee> alike = nameless.stream().filter(one -> isAlike(one, wanted)).toList();
    return plain(wanted) + whoIsThere(names) + perhaps(alike.isEmpty() ? nameless : alike);
  }

  /** Whether the name of its bundle or component contains a value of the filter. */
  private static boolean isAlike(Absentee nameless, Filter wanted) {
    String called = nameless.called().toLowerCase(Locale.ROOT);
    return VALUE
        .matcher(wanted.toString().toLowerCase(Locale.ROOT))
        .results()
        .anyMatch(value -> called.contains(value.group(1)));
  }

  /** Leaves out how many there are: waiting servers would report again with each that comes. */
  private static String perhaps(List<Absentee> nameless) {
    return nameless.isEmpty()
        ? ""
        : reason(nameless.getFirst(), "may be meant")
            + (nameless.size() == 1 ? "" : " (for more see ti:handlers)");
  }

  private static String counted(List<Absentee> all) {
    return reason(all.getFirst(), "would")
        + (all.size() == 1 ? "" : " (%d more like it: see ti:handlers)".formatted(all.size() - 1));
  }

  private static String reason(Absentee one, String does) {
    return "; %s %s, but %s".formatted(one.called(), does, one.why());
  }

  private static String whoIsThere(Collection<String> names) {
    List<String> sorted = names.stream().sorted().distinct().toList();
    if (sorted.isEmpty()) {
      return "; there is no handler at all";
    }
    String shown = String.join(", ", sorted.subList(0, Math.min(NAMES, sorted.size())));
    int more = sorted.size() - NAMES;
    return "; there "
        + (sorted.size() == 1 ? "is " : "are ")
        + shown
        + (more > 0 ? ", and %d more".formatted(more) : "");
  }
}
