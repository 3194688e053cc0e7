package io.thousandisland.runtime.supervision;

/**
 * The failure of a node to start. The cause is the throwable of its start; its supervisor is
 * stopped.
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

  /** The throwable of the innermost node: the first cause that is no failure of a node below. */
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
