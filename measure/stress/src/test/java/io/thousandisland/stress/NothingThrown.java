// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.stress;

import java.util.stream.Stream;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionResult;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.kotlinx.lincheck.util.ExceptionResult;
import org.jetbrains.kotlinx.lincheck.util.LincheckResult;
import org.jetbrains.lincheck.datastructures.verifier.Verifier;

/**
 * Accepts every value that threads and {@code holds} return, and refuses every exception that they
 * throw.
 */
public final class NothingThrown implements Verifier {

  /** The constructor that the explorer calls, for {@code model}. */
  public NothingThrown(Class<?> model) {}

  @Override
  public boolean verifyResults(ExecutionScenario scenario, ExecutionResult result) {
    Stream<LincheckResult> byThreads =
        result.getParallelResultsWithClock().stream()
            .flatMap(each -> each.stream())
            .map(call -> call.getResult());
    return Stream.concat(byThreads, result.getPostResults().stream())
        .noneMatch(each -> each instanceof ExceptionResult);
  }
}
