// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport;

import java.io.IOException;
import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A way to carry connections: opens listening channels, and may run over another transport.
 *
 * <p>Thread: any; a call must not wait for a peer.
 */
@ConsumerType
public interface Transport {

  /**
   * Name of the fact that tells when the first of the transport's certificates, or of their chains,
   * expires: an ISO 8601 instant such as {@code 2027-01-31T12:00:00Z}. Tools warn by it.
   */
  String EXPIRES = "expires";

  /**
   * Beginning of the name of a fact about one certificate; its number follows. The text of the fact
   * is a name of the certificate, {@link #UNTIL}, and when it or one of its chain expires: {@code
   * certificate 1} is {@code CN=example.org from cert.pem, until 2027-01-31T12:00:00Z}.
   */
  String CERTIFICATE = "certificate ";

  /** The text before the ISO 8601 instant in a fact about one {@link #CERTIFICATE}. */
  String UNTIL = ", until ";

  /**
   * Opens a listening channel that has its port for itself. A server that wants several channels
   * asks this channel for the others ({@link ListeningChannel#another}).
   *
   * @throws java.net.BindException when the address is in use, or not ours, or not permitted
   * @throws IllegalArgumentException when this transport cannot do what {@code at} asks for, a kind
   *     of address included; the message names the setting
   */
  ListeningChannel listen(ListenAt at) throws IOException;

  /**
   * Facts for people who look at a server, as names and values in the order to show them. A
   * transport with certificates tells {@link #EXPIRES}, and may tell each {@link #CERTIFICATE}. By
   * default there are none.
   */
  default Map<String, String> facts() {
    return Map.of();
  }

  /**
   * Lays this transport over a connection that runs already: STARTTLS. The returned socket owns
   * {@code socket}; its handshake has not begun. Bytes that {@code socket} has not been asked for
   * belong to the returned socket.
   *
   * @param options as given by the handler
   * @throws UnsupportedOperationException when this transport cannot run over another transport
   *     (default)
   * @throws IllegalArgumentException when an option is wrong; the message names it
   */
  default TransportSocket over(TransportSocket socket, Map<String, Object> options)
      throws IOException {
    throw new UnsupportedOperationException(
        getClass().getSimpleName() + " cannot run over another transport");
  }
}
