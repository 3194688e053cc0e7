// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

/** The shell's command {@code exit}: ends the process, which drains its servers first. */
public final class ExitCommand {

  /** The scope in which Gogo looks for commands that are typed without their scope. */
  static final String SCOPE = "gogo";

  static final String NAME = "exit";

  public void exit() {
    exit(0);
  }

  /** Does not wait, because the end of the process waits for the end of the shell. */
  public void exit(int code) {
    Thread exit = new Thread(() -> System.exit(code), "exit");
    exit.setDaemon(true);
    exit.start();
  }
}
