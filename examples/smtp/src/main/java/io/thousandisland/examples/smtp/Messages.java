// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.smtp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.thousandisland.examples.smtp.Commands.Reply;
import io.thousandisland.examples.smtp.Session.Idle;
import io.thousandisland.examples.smtp.Session.Mail;
import io.thousandisland.examples.smtp.Session.Text;
import io.thousandisland.handler.FrameTooLongException;
import io.thousandisland.handler.Framing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The messages: their text is taken line by line, and goes into a file, or nowhere.
 *
 * <p>A file is open only while bytes are written. So an update of this bundle finds no open file,
 * and a message needs no memory, whatever its size.
 *
 * <p>Errors: a file that cannot be written is an {@link UncheckedIOException}: an {@link
 * IOException} would count as trouble of the client's network.
 *
 * <p>Thread: any.
 */
final class Messages {

  /** RFC 5321 allows a line 1000 octets, its CR LF included. */
  private static final int LONGEST_LINE = 998;

  private final @Nullable Path folder;
  private final int maxSize;
  private final AtomicLong count;

  /**
   * @param count of the messages so far; grows
   * @throws IllegalArgumentException when a value is wrong; the message names its key
   */
  Messages(SmtpConfig config, AtomicLong count) {
    this.count = count;
    maxSize = config.maxSize();
    SmtpHandler.check("maxSize", maxSize, maxSize > 0, "1 or more octets");
    folder = config.folder().isEmpty() ? null : Path.of(config.folder()).toAbsolutePath();
    SmtpHandler.check(
        "folder",
        config.folder(),
        folder == null || (Files.isWritable(folder) && Files.isDirectory(folder)),
        "a folder that is there and may be written to");
  }

  int maxSize() {
    return maxSize;
  }

  boolean isTooLarge(BigInteger size) {
    return size.compareTo(BigInteger.valueOf(maxSize)) > 0;
  }

  /** The text of a message begins. */
  Text begin(Mail mail) {
    if (folder == null) {
      return new Text(mail, "", 0, "");
    }
    var head = new StringBuilder("Return-Path: <" + mail.sender() + ">\r\n");
    mail.recipients().forEach(to -> head.append("Delivered-To: ").append(to).append("\r\n"));
    Path file = folder.resolve(UUID.randomUUID() + ".part");
    try {
      Files.write(file, head.toString().getBytes(US_ASCII), StandardOpenOption.CREATE_NEW);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Text(mail, file.toString(), 0, "");
  }

  /**
   * Takes all whole lines of the text. Lines end with CR LF and with nothing else: a server that
   * also takes a single LF for an end lets messages be smuggled in behind others.
   *
   * @return null when there is no whole line
   */
  @Nullable Reply take(ByteBuffer data, Session session, Text text) {
    int start = data.position();
    var taken = new ByteArrayOutputStream();
    String refusal = text.refusal();
    boolean whole = false;
    while (!whole) {
      try {
        ByteBuffer line = Framing.delimited(data, Commands.CRLF, LONGEST_LINE);
        if (line == null) {
          break;
        }
        whole = line.remaining() == 1 && line.get(0) == '.';
        if (!whole) {
          unstuff(line, taken);
        }
      } catch (FrameTooLongException e) {
        refusal = "500 a line of the message is too long";
        skip(data);
      }
    }
    long size = text.size() + taken.size();
    if (size > maxSize) {
      refusal = "552 the message is too large";
    }
    if (refusal.isEmpty()) {
      write(text, taken.toByteArray());
    } else {
      drop(text);
    }
    if (whole) {
      String reply = refusal.isEmpty() ? keep(text) : refusal;
      return Reply.of(reply, session.at(Idle.READY));
    }
    String file = refusal.isEmpty() ? text.file() : "";
    return data.position() == start
        ? null
        : Reply.none(session.at(new Text(text.mail(), file, size, refusal)));
  }

  /** A line that began with a dot has one more on the way (RFC 5321, 4.5.2). */
  private static void unstuff(ByteBuffer line, ByteArrayOutputStream taken) {
    int stuffed = line.hasRemaining() && line.get(0) == '.' ? 1 : 0;
    var bytes = new byte[line.remaining() - stuffed];
    line.get(stuffed, bytes);
    taken.writeBytes(bytes);
    taken.writeBytes(Commands.CRLF);
  }

  /**
   * Skips a line that is too long, as far as it is there. Three bytes stay, so that its rest is
   * never a line with a dot alone, whatever comes.
   */
  private static void skip(ByteBuffer data) {
    int end = Framing.indexOf(data, Commands.CRLF, data.position());
    data.position(end < 0 ? data.limit() - 3 : end + Commands.CRLF.length);
  }

  private static void write(Text text, byte[] bytes) {
    if (text.file().isEmpty() || bytes.length == 0) {
      return;
    }
    try {
      Files.write(Path.of(text.file()), bytes, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives the file its last name, so that readers of the folder find whole messages only. */
  private String keep(Text text) {
    if (text.file().isEmpty()) {
      return "250 OK, message " + count.incrementAndGet() + ", dropped";
    }
    Path file = Path.of(text.file());
    String name = file.getFileName().toString().replace(".part", ".eml");
    try {
      Files.move(file, file.resolveSibling(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return "250 OK, message " + count.incrementAndGet() + ", kept as " + name;
  }

  /** Forgets a message that will not be whole. */
  static void drop(Text text) {
    if (!text.file().isEmpty()) {
      boolean unused = Path.of(text.file()).toFile().delete();
    }
  }
}
