// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * The facts of the TLS between a client and its proxy, as the proxy tells them in a PROXY protocol
 * header of version 2 (section 2.2.6 of the specification).
 *
 * <p>Thread: any; it does not change.
 *
 * @param client the bits that the proxy has set: {@link #OVER_TLS}, {@link
 *     #CERTIFICATE_ON_CONNECTION}, {@link #CERTIFICATE_IN_SESSION}; 0 to 255
 * @param verify the result of the proxy's check of the client's certificate: 0 for success, but see
 *     {@link #verified()}; at most 32 bits
 * @param tlvs the other facts, such as {@link #CIPHER}; in their order
 */
public record ProxyTls(int client, long verify, List<ProxyTlv> tlvs) {

  /** The bit for a client that came over TLS. */
  public static final int OVER_TLS = 0x01;

  /** The bit for a client that showed a certificate on this connection. */
  public static final int CERTIFICATE_ON_CONNECTION = 0x02;

  /** The bit for a client that showed a certificate in this TLS session. */
  public static final int CERTIFICATE_IN_SESSION = 0x04;

  /** The version of TLS, such as TLSv1.3. */
  public static final int VERSION = 0x21;

  /** The common name in the client's certificate. */
  public static final int COMMON_NAME = 0x22;

  /** The cipher suite. */
  public static final int CIPHER = 0x23;

  /** The algorithm that signed the proxy's certificate. */
  public static final int SIGNATURE_ALGORITHM = 0x24;

  /** The algorithm of the key of the proxy's certificate. */
  public static final int KEY_ALGORITHM = 0x25;

  /** The group of the key exchange. */
  public static final int GROUP = 0x26;

  /** The algorithm by which the proxy signed the handshake. */
  public static final int SIGNATURE_SCHEME = 0x27;

  /** The client's certificate, in DER. */
  public static final int CLIENT_CERTIFICATE = 0x28;

  private static final long MOST_VERIFY = 0xffff_ffffL;

  public ProxyTls {
    if (client < 0 || client > 0xff) {
      throw new IllegalArgumentException("client is " + client + "; allowed: 0 to 255");
    }
    if (verify < 0 || verify > MOST_VERIFY) {
      throw new IllegalArgumentException("verify is " + verify + "; allowed: 0 to " + MOST_VERIFY);
    }
    tlvs = List.copyOf(tlvs);
  }

  /** Whether the client came over TLS. */
  public boolean overTls() {
    return (client & OVER_TLS) != 0;
  }

  /**
   * Whether the client has shown a certificate, and the proxy has found it valid. Look at this
   * instead of {@link #verify}: a proxy may give 0 there for a client without a certificate, too.
   */
  public boolean verified() {
    return verify == 0 && (client & (CERTIFICATE_ON_CONNECTION | CERTIFICATE_IN_SESSION)) != 0;
  }

  /** The version of TLS, such as TLSv1.3. */
  public Optional<String> version() {
    return text(VERSION);
  }

  /** The common name in the client's certificate; trustworthy only if {@link #verified()}. */
  public Optional<String> commonName() {
    return text(COMMON_NAME);
  }

  /** The cipher suite. */
  public Optional<String> cipher() {
    return text(CIPHER);
  }

  /** The algorithm that signed the proxy's certificate, such as RSA-SHA256. */
  public Optional<String> signatureAlgorithm() {
    return text(SIGNATURE_ALGORITHM);
  }

  /** The algorithm of the key of the proxy's certificate, such as RSA2048. */
  public Optional<String> keyAlgorithm() {
    return text(KEY_ALGORITHM);
  }

  /** The group of the key exchange, such as X25519. */
  public Optional<String> group() {
    return text(GROUP);
  }

  /** The algorithm by which the proxy signed the handshake, such as rsa_pss_rsae_sha256. */
  public Optional<String> signatureScheme() {
    return text(SIGNATURE_SCHEME);
  }

  /** The client's certificate in DER; trustworthy only if {@link #verified()}. */
  public Optional<ByteBuffer> clientCertificate() {
    return tlv(CLIENT_CERTIFICATE).map(ProxyTlv::value);
  }

  /** The first fact of a type. */
  public Optional<ProxyTlv> tlv(int type) {
    return tlvs.stream().filter(each -> each.type() == type).findFirst();
  }

  private Optional<String> text(int type) {
    return tlv(type).map(ProxyTlv::text);
  }
}
