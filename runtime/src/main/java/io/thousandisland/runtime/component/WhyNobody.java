package io.thousandisland.runtime.component;

import java.util.Collection;
import java.util.List;
import org.osgi.framework.Filter;

/** The sentence that says why a server has no handler, with the most likely reason. */
final class WhyNobody {

  private static final int NAMES = 10;

  private WhyNobody() {}

  /** Before anybody has looked. */
  static String plain(Filter wanted) {
    return "no handler matches " + wanted;
  }

  /**
   * @param absentees the handlers that no server can have
   * @param names of those that any server can have
   */
  static String sentence(Filter wanted, List<Absentee> absentees, Collection<String> names) {
    List<Absentee> likely = absentees.stream().filter(one -> one.matches(wanted)).toList();
    if (!likely.isEmpty()) {
      return plain(wanted) + reason(likely, "would");
    }
    List<Absentee> nameless = absentees.stream().filter(one -> one.name().isEmpty()).toList();
    return nameless.isEmpty()
        ? plain(wanted) + whoIsThere(names)
        : plain(wanted) + whoIsThere(names) + reason(nameless, "may be meant");
  }

  private static String reason(List<Absentee> all, String does) {
    Absentee first = all.getFirst();
    String others =
        all.size() == 1 ? "" : " (%d more like it: see ti:handlers)".formatted(all.size() - 1);
    return "; %s %s, but %s%s".formatted(first.called(), does, first.why(), others);
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
