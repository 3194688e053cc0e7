// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.supervision;

/**
 * The failure of a node to start. The cause is the exception that its start threw: for a supervisor
 * this is the failure of a child.
 */
public final class StartFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String node;

  StartFailedException(String node, Throwable cause) {
    super(message(node, cause), cause);
    this.node = node;
  }

  /** Name of the node. */
  public String node() {
    return node;
  }

  /** The exception of the innermost node: the first cause that is not a StartFailedException. */
  public Throwable origin() {
    Throwable origin = this;
    while (origin instanceof StartFailedException failed && failed.getCause() != null) {
      origin = failed.getCause();
    }
    return origin;
  }

  private static String message(String node, Throwable cause) {
    return cause instanceof StartFailedException below
        ? node + " / " + below.getMessage()
        : node + " could not start: " + cause;
  }
}
