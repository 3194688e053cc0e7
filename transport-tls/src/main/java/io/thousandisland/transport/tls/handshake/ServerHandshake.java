// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.handshake;

import io.thousandisland.handler.TlsSession;
import io.thousandisland.tls.ClientHello;
import io.thousandisland.tls.HelloAnswer;
import io.thousandisland.tls.HelloInspector;
import io.thousandisland.transport.tls.hello.Alert;
import io.thousandisland.transport.tls.hello.ChosenGroup;
import io.thousandisland.transport.tls.hello.Greeting;
import io.thousandisland.transport.tls.hello.GreetingParser;
import io.thousandisland.transport.tls.records.Incoming;
import io.thousandisland.transport.tls.records.Outgoing;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLProtocolException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The handshake of one connection, from the client's greeting to the first byte.
 *
 * <pre>
 *   GREETING ──▶ INSPECTION ──▶ EXCHANGE ──▶ DONE
 *      │              │             │
 *      └──────────────┴─────────────┴─────▶ FAILED: an alert told the client, if it was still there
 * </pre>
 *
 * <p>Until the greeting is complete there is no engine: a client that says nothing costs nothing
 * but its socket. Whatever takes a processor for long is left to a {@link Calculation}; while it is
 * under way, the engine is its.
 *
 * <p>Thread: the connection's own, except {@link #abandon}.
 */
public final class ServerHandshake {

  private enum Phase {
    GREETING,
    INSPECTION,
    EXCHANGE,
    DONE,
    FAILED
  }

  private final Offering offer;
  private final Calculation calculation;
  private final HandshakeBudget.Share memory;
  private final Incoming in;
  private final Outgoing out;
  private final SocketAddress remote;

  private Phase phase = Phase.GREETING;

  /** The terms that the greeting was judged by. Null before. */
  private @Nullable Terms terms;

  /** The name that the client has asked for; null when it has asked for none. */
  private @Nullable String serverName;

  private @Nullable SSLEngine engine;

  /** The number of the group of the key exchange. */
  private int group = ChosenGroup.NONE;

  /** The inspector's answer. Written by the calculation, while it is under way. */
  private @Nullable HelloAnswer answer;

  /**
   * @param ready called when it can go on, by a thread that calculates
   */
  public ServerHandshake(
      Offering offer,
      HandshakeThreads threads,
      HandshakeBudget budget,
      Incoming in,
      Outgoing out,
      SocketAddress remote,
      Runnable ready) {
    this.offer = offer;
    this.calculation = new Calculation(threads, ready);
    this.memory = budget.new Share();
    this.in = in;
    this.out = out;
    this.remote = remote;
  }

  /** As {@link io.thousandisland.transport.TransportSocket#handshake}. */
  public boolean goOn() throws IOException {
    try {
      for (; ; ) {
        if (calculation.isUnderWay()) {
          return false;
        }
        failIfThrown();
        boolean goesOn =
            switch (phase) {
              case GREETING -> greet();
              case INSPECTION -> obey();
              case EXCHANGE -> exchange();
              case DONE -> true;
              case FAILED -> throw new SSLException("the handshake has failed");
            };
        if (phase == Phase.DONE || !goesOn) {
          if (!goesOn && !calculation.isUnderWay()) {
            hold();
          }
          return goesOn;
        }
      }
    } catch (EOFException gone) {
      leave();
      throw gone;
    } catch (Throwable failed) {
      fail();
      throw failed;
    }
  }

  /** The engine, once the handshake is done. */
  public SSLEngine engine() {
    return Objects.requireNonNull(engine);
  }

  public boolean isDone() {
    return phase == Phase.DONE;
  }

  /** The name that the client has asked for. */
  public Optional<String> serverName() {
    return Optional.ofNullable(serverName);
  }

  /** The outcome, once the handshake is done. */
  public TlsSession session() {
    SSLSession session = engine().getSession();
    return new TlsSession(
        session.getProtocol(),
        session.getCipherSuite(),
        group == ChosenGroup.NONE ? Optional.empty() : Optional.of(ChosenGroup.name(group)));
  }

  // ---- the greeting

  private boolean greet() throws IOException {
    boolean all;
    Greeting greeting;
    do { // a portion at a time: what follows the greeting can wait below
      all = in.readPortion();
      greeting = GreetingParser.parse(in.unused());
    } while (greeting instanceof Greeting.Incomplete && !all);
    return switch (greeting) {
      case Greeting.Incomplete incomplete -> false;
      case Greeting.NoHello no -> throw refused(no.alert(), "the peer sent " + no.reason());
      case Greeting.Hello complete -> {
        serverName = complete.serverName().orElse(null);
        terms = offer.now();
        yield judge(complete, terms);
      }
    };
  }

  private boolean judge(Greeting.Hello greeting, Terms terms) throws IOException {
    Optional<String> name = greeting.serverName();
    if (name.isPresent() && !terms.admits().test(name.get())) {
      throw refused(
          Alert.UNRECOGNIZED_NAME, "the client asked for " + name.get() + ", which is not served");
    }
    HelloInspector inspector = terms.inspector();
    if (inspector == null) {
      return begin(terms, null);
    }
    phase = Phase.INSPECTION;
    var seen =
        new ClientHello(
            remote,
            name,
            greeting.applicationProtocols(),
            greeting.versions(),
            greeting.cipherSuites(),
            greeting.groups());
    hold();
    calculation.ask(() -> answer = inspector.inspect(seen));
    return false;
  }

  private boolean obey() throws IOException {
    return switch (answer) {
      case HelloAnswer.Refuse refuse ->
          throw refused(Alert.ACCESS_DENIED, "the client was refused: " + refuse.reason());
      case HelloAnswer.Proceed proceed ->
          begin(Objects.requireNonNull(terms), proceed.certificateOf().orElse(null));
      case null -> throw refused(Alert.INTERNAL_ERROR, "the inspector of greetings answered null");
    };
  }

  private SSLHandshakeException refused(int alert, String reason) throws IOException {
    if (alert != Alert.NONE) {
      out.send(Alert.record(alert));
    }
    return new SSLHandshakeException(reason);
  }

  // ---- the exchange

  /**
   * @param certificateOf the name whose certificate is to be shown; null for that of the greeting
   */
  private boolean begin(Terms terms, @Nullable String certificateOf) throws SSLException {
    SSLEngine made = terms.context().createSSLEngine(certificateOf, -1);
    made.setUseClientMode(false);
    made.setSSLParameters(terms.parameters());
    made.beginHandshake();
    engine = made;
    phase = Phase.EXCHANGE;
    return true;
  }

  /** Takes one step. */
  private boolean exchange() throws IOException {
    SSLEngine mine = engine();
    return switch (mine.getHandshakeStatus()) {
      case NEED_TASK -> {
        hold();
        calculation.begin(Objects.requireNonNull(mine.getDelegatedTask())::run);
        yield false;
      }
      case NEED_WRAP -> {
        var unused = out.tell(mine, this::look);
        yield true;
      }
      case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> out.flush() && take(mine);
      case FINISHED, NOT_HANDSHAKING -> finish();
    };
  }

  private boolean take(SSLEngine mine) throws IOException {
    try {
      return in.handshake(mine);
    } catch (SSLProtocolException failed) {
      // the JDK's message for an alert in clear text is "Unexpected exception"; the cause names it
      Throwable cause = failed.getCause();
      throw cause instanceof GeneralSecurityException
          ? (SSLProtocolException) new SSLProtocolException(cause.getMessage()).initCause(failed)
          : failed;
    }
  }

  /** Looks for the group in what the engine says. */
  private void look(ByteBuffer record) {
    if (group == ChosenGroup.NONE) {
      group = ChosenGroup.in(record);
    }
  }

  /** The last bytes go out; then the connection is the handler's. */
  private boolean finish() throws IOException {
    if (!out.flush()) {
      return false;
    }
    phase = Phase.DONE;
    memory.end();
    forget();
    return true;
  }

  /** A connection that lasts keeps nothing of its handshake. */
  private void forget() {
    terms = null;
    answer = null;
  }

  private void failIfThrown() throws IOException {
    Throwable failed = calculation.takeThrown();
    if (failed != null) {
      throw phase == Phase.INSPECTION
          ? (IOException)
              refused(Alert.INTERNAL_ERROR, "the inspector of greetings failed: " + failed)
                  .initCause(failed)
          : new SSLHandshakeException("the handshake cannot be calculated: " + failed, failed);
    }
  }

  /** The connection was closed; nobody calculates for it any more. Any thread. */
  public void abandon() {
    calculation.abandon();
    memory.end();
  }

  /** Tells the client why: the engine has an alert for it. */
  private void fail() {
    SSLEngine mine = engine;
    if (phase != Phase.FAILED && mine != null) {
      try {
        mine.closeOutbound();
        while (!mine.isOutboundDone() && out.tell(mine)) {}
      } catch (IOException gone) {
        // then nobody reads the alert
      }
    }
    leave();
  }

  private void leave() {
    phase = Phase.FAILED;
    in.forget();
    memory.end();
    forget();
  }

  /** Takes account of the bytes that are here while the handshake pauses. */
  private void hold() throws IOException {
    if (!memory.hold(in.unused().remaining())) {
      throw refused(
          Alert.INTERNAL_ERROR, "the bytes of unfinished handshakes take too much memory");
    }
  }
}
