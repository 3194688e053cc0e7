// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.watch;

import java.io.CharConversionException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Exceptions in words. */
public final class Trouble {

  private Trouble() {}

  /** Why a file or folder cannot be read. */
  public static String of(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof NoSuchFileException) {
      return "it does not exist, or it is a link to a missing file";
    }
    if (e instanceof NotDirectoryException) {
      return "it is not a folder";
    }
    if (e instanceof CharConversionException) {
      return String.valueOf(e.getMessage());
    }
    if (e instanceof FileSystemException f && f.getReason() != null) {
      return f.getReason();
    }
    return of((Throwable) e);
  }

  /** The first line of the message, or the type when there is no message. */
  public static String of(Throwable e) {
    String message = e.getMessage();
    if (message == null || message.isBlank()) {
      return e.getClass().getName();
    }
    return message.strip().lines().findFirst().orElse("").strip();
  }
}
