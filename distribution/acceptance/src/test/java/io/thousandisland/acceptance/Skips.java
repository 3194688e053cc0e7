// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/**
 * Prints why a test was skipped. A machine that lacks something (an older Java, descriptors, the
 * operating system) does not test it, and somebody should see that. JUnit finds this class by its
 * service file.
 */
public final class Skips implements TestExecutionListener {

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    print(test, reason);
  }

  /** A failed assumption aborts. */
  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
      print(test, result.getThrowable().map(Throwable::getMessage).orElse("no reason given"));
    }
  }

  private static void print(TestIdentifier test, String reason) {
    System.out.printf("SKIPPED: %s: %s%n", name(test), reason);
  }

  private static String name(TestIdentifier test) {
    String name = test.getLegacyReportingName();
    return test.getSource()
        .filter(MethodSource.class::isInstance)
        .map(method -> ((MethodSource) method).getJavaClass().getSimpleName() + "." + name)
        .orElse(name);
  }
}
