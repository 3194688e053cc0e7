// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.supervision;

import java.util.List;

/** The choice of the children that are restarted when a child crashes. */
enum Strategy {
  /** The crashed child. */
  ONE_FOR_ONE {
    @Override
    List<Child> affected(List<Child> children, Child crashed) {
      return List.of(crashed);
    }
  },
  /** The crashed child and the children started after it, which may depend on it. */
  REST_FOR_ONE {
    @Override
    List<Child> affected(List<Child> children, Child crashed) {
      return children.subList(children.indexOf(crashed), children.size());
    }
  };

  /** Part of {@code children}, in start order, the crashed child first. */
  abstract List<Child> affected(List<Child> children, Child crashed);
}
