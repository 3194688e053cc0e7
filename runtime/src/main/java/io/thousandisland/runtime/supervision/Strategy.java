package io.thousandisland.runtime.supervision;

import java.util.List;

/** Which children are restarted when one crashes. */
enum Strategy {
  /** That one. */
  ONE_FOR_ONE {
    @Override
    List<Child> affected(List<Child> children, Child crashed) {
      return List.of(crashed);
    }
  },
  /** That one and those started after it, which may depend on it. */
  REST_FOR_ONE {
    @Override
    List<Child> affected(List<Child> children, Child crashed) {
      return children.subList(children.indexOf(crashed), children.size());
    }
  };

  /** Part of {@code children}, in start order, the crashed one first. */
  abstract List<Child> affected(List<Child> children, Child crashed);
}
