package io.thousandisland.stress;

import org.jetbrains.kotlinx.lincheck.execution.ExecutionResult;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.kotlinx.lincheck.util.ExceptionResult;
import org.jetbrains.lincheck.datastructures.verifier.Verifier;

/** Accepts whatever threads return, and refuses whatever they throw. */
public final class NothingThrown implements Verifier {

  /** As the explorer makes one, for {@code model}. */
  public NothingThrown(Class<?> model) {}

  @Override
  public boolean verifyResults(ExecutionScenario scenario, ExecutionResult result) {
    return result.getParallelResultsWithClock().stream()
        .flatMap(each -> each.stream())
        .noneMatch(call -> call.getResult() instanceof ExceptionResult);
  }
}
