// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.outside;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.acceptance.Client;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** A variant of the archetype, with what its generated handler says, before and after a change. */
enum Variant {
  LINE("+ \" \" +", "+ \". \" +") {
    @Override
    String ask(Client client) throws IOException {
      client.send("x\n");
      return client.line();
    }

    @Override
    String reply(int number, boolean changed) {
      return number + (changed ? ". x\n" : " x\n");
    }
  },

  BINARY("putInt(number)", "putInt('a' + number)") {
    @Override
    String ask(Client client) throws IOException {
      client.send("\0\0\0\1x");
      return client.reply(9);
    }

    @Override
    String reply(int number, boolean changed) {
      return "\0\0\0\5\0\0\0" + (char) (changed ? 'a' + number : number) + "x";
    }
  },

  CONVERSATION("\"Order \"", "\"Order no. \"") {
    @Override
    void begin(Client client) throws IOException {
      client.send("Ann\n");
      assertThat(client.line() + client.line())
          .isEqualTo("Who are you?\nHello, Ann. Say order or quit.\n");
    }

    @Override
    String ask(Client client) throws IOException {
      client.send("order\ntea\n2\n");
      return client.line() + client.line() + client.line();
    }

    @Override
    String reply(int number, boolean changed) {
      return "What?\nHow many?\nOrder %s%d: 2 tea for Ann\n"
          .formatted(changed ? "no. " : "", number);
    }
  };

  private final String code;
  private final String changedCode;

  Variant(String code, String changedCode) {
    this.code = code;
    this.changedCode = changedCode;
  }

  /** The value of the archetype's parameter. */
  String value() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The artifactId of its project, and so the name of its handler and of its server. */
  String id() {
    return "my-" + value();
  }

  String className() {
    return "My" + name().charAt(0) + value().substring(1) + "Handler";
  }

  /** Changes the handler in a project. */
  void change(Path project) throws IOException {
    Path source = project.resolve("src/main/java/org/example/" + className() + ".java");
    String text = Files.readString(source);
    assertThat(text).containsOnlyOnce(code);
    Files.writeString(source, text.replace(code, changedCode));
  }

  /** Says what comes before the first question. */
  void begin(Client client) throws IOException {}

  /** Asks once, and returns the reply. */
  abstract String ask(Client client) throws IOException;

  /** The reply to the question of that number. */
  abstract String reply(int number, boolean changed);
}
