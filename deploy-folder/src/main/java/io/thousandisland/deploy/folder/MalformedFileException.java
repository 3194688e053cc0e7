package io.thousandisland.deploy.folder;

import java.io.IOException;

/** The content of a file is not of the form that its name promises. */
final class MalformedFileException extends IOException {
  private static final long serialVersionUID = 1;

  MalformedFileException(String message) {
    super(message);
  }
}
