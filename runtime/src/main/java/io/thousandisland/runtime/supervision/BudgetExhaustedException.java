// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.supervision;

/** The crash of a supervisor whose children crashed too often. The cause is the last child's. */
public final class BudgetExhaustedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String supervisor;

  BudgetExhaustedException(String supervisor, RestartBudget budget, Throwable cause) {
    super(
        "%s: more than %d restarts in %s s; the last crash: %s"
            .formatted(
                supervisor,
                budget.restarts(),
                budget.within().toSeconds() + budget.within().toNanosPart() / 1e9,
                cause),
        cause);
    this.supervisor = supervisor;
  }

  /** Name of the supervisor. */
  public String supervisor() {
    return supervisor;
  }
}
