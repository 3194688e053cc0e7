// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.thousandisland.examples.smtp.Commands.After;
import io.thousandisland.examples.smtp.Commands.Reply;
import io.thousandisland.examples.smtp.Session.Idle;
import io.thousandisland.examples.smtp.Session.Text;
import io.thousandisland.handler.FrameTooLongException;
import io.thousandisland.handler.Framing;
import io.thousandisland.handler.Handler;
import io.thousandisland.handler.HandlerName;
import io.thousandisland.handler.MigrationDeclinedException;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;

/**
 * A server that receives mail (RFC 5321), with STARTTLS, and AUTH over TLS.
 *
 * <p>This class has the connections; {@link Commands} and {@link Messages} have the protocol, and
 * know no sockets.
 */
@Component(configurationPid = SmtpHandler.PID)
@Designate(ocd = SmtpConfig.class)
@HandlerName("smtp")
public final class SmtpHandler implements Handler<Session> {

  static final String PID = "io.thousandisland.examples.smtp";

  /** RFC 5321 allows a command 512 octets, its CR LF included. */
  private static final int LONGEST_COMMAND = 510;

  private static final String LATER = "421 until later\r\n";

  private record Setup(SmtpConfig config, Commands commands, Messages messages) {
    static Setup of(SmtpConfig config, AtomicLong count) {
      var messages = new Messages(config, count);
      return new Setup(config, new Commands(config, new Logins(config), messages), messages);
    }
  }

  /** How many messages have come. */
  private final AtomicLong count = new AtomicLong();

  /** The configuration in force. Written by Declarative Services, read by connections. */
  private volatile Setup setup;

  @Activate
  public SmtpHandler(SmtpConfig config) {
    setup = Setup.of(config, count);
  }

  /**
   * The configuration has changed. It counts for the next command of each connection.
   *
   * @throws IllegalArgumentException when a value is wrong; then the previous one stays
   */
  @Modified
  void change(SmtpConfig config) {
    setup = Setup.of(config, count);
  }

  static void check(String key, Object value, boolean right, String allowed) {
    if (!right) {
      throw new IllegalArgumentException(key + " is " + value + "; allowed: " + allowed);
    }
  }

  @Override
  public Next<Session> handleConnection(Socket socket) throws IOException {
    socket.send("220 " + setup.config().hostName() + " ESMTP\r\n");
    return Next.proceed(Session.NEW);
  }

  /** The replies to pipelined commands go out together. */
  @Override
  public Next<Session> handleData(ByteBuffer data, Socket socket, Session session)
      throws IOException {
    Setup mine = setup;
    var replies = new StringBuilder();
    Session now = session;
    try {
      for (Reply reply = next(data, now, socket, mine);
          reply != null;
          reply = next(data, now, socket, mine)) {
        now = reply.next();
        replies.append(reply.text());
        boolean leaves = now.leaving() && now.step() instanceof Idle;
        if (leaves) {
          replies.append(LATER);
        }
        if (leaves || reply.after() == After.CLOSE) {
          socket.send(replies.toString());
          return Next.close(now);
        }
        if (reply.after() == After.START_TLS) {
          socket.send(replies.toString());
          return Next.switchTransport(mine.config().startTls(), Map.of(), now);
        }
      }
    } catch (UncheckedIOException e) { // a file of ours
      forget(now);
      socket.send(replies + "421 something is wrong here\r\n");
      throw e; // into the log, because it is no IOException
    }
    if (!replies.isEmpty()) {
      socket.send(replies.toString());
    }
    return Next.proceed(now);
  }

  /** Null when there is no whole line. */
  private static @Nullable Reply next(ByteBuffer data, Session now, Socket socket, Setup setup) {
    if (now.step() instanceof Text text) {
      return setup.messages().take(data, now, text);
    }
    try {
      ByteBuffer line = Framing.delimited(data, Commands.CRLF, LONGEST_COMMAND);
      return line == null
          ? null
          : setup.commands().obey(ISO_8859_1.decode(line).toString(), now, socket.secure());
    } catch (FrameTooLongException e) {
      return Reply.last("500 line too long", now);
    }
  }

  /** Finishes the message that is under way. */
  @Override
  public Next<Session> handleDrain(Socket socket, Session session) throws IOException {
    if (session.step() instanceof Idle) {
      socket.send(LATER);
      return Next.close(session);
    }
    return Next.proceed(session.leavingSoon());
  }

  @Override
  public Object exportState(Socket socket, Session session) {
    return session.export();
  }

  @Override
  public Next<Session> importState(@Nullable Object snapshot, Socket socket) throws Exception {
    if (snapshot instanceof List<?> parts) {
      return Next.proceed(Session.imported(parts));
    }
    throw new MigrationDeclinedException("no session: " + snapshot);
  }

  @Override
  public void handleClose(Socket socket, Session session) {
    forget(session);
  }

  @Override
  public void handleError(Throwable reason, Socket socket, @Nullable Session session) {
    forget(session);
  }

  @Override
  public void handleTimeout(Socket socket, @Nullable Session session) {
    sayGoodbye(socket);
    forget(session);
  }

  @Override
  public void handleShutdown(Socket socket, @Nullable Session session) {
    sayGoodbye(socket);
    forget(session);
  }

  private static void sayGoodbye(Socket socket) {
    try {
      socket.send(LATER);
    } catch (IOException e) {
      return; // the client has gone
    }
  }

  /** A message that did not come to its end was not promised to be kept. */
  private static void forget(@Nullable Session session) {
    if (session != null && session.step() instanceof Text text) {
      Messages.drop(text);
    }
  }
}
