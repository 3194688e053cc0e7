package io.thousandisland.runtime.supervision;

/** A node could not be started. The cause is what its start threw; its supervisor is stopped. */
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

  /** What the innermost node threw: the first cause that is no failure of a node below. */
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
