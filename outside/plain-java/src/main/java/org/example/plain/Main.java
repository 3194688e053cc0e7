package org.example.plain;

import io.thousandisland.embedded.ThousandIsland;
import java.nio.file.Path;

/** Serves until it is ended. The argument is a file with the configuration. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    Path configuration = Path.of(arguments[0]);
    var server =
        ThousandIsland.serve(new ShoutHandler("")).from(configuration).stopWithJvm().start();
    System.out.println("listening on " + server.addresses());
  }
}
