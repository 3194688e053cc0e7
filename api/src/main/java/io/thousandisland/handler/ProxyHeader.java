// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The header of the PROXY protocol: the facts of a client's connection, which a proxy sends to the
 * server in front of the client's bytes. It follows HAProxy's specification, {@code
 * doc/proxy-protocol.txt}, whose sections are cited here.
 *
 * <p>A handler that connects to a backend of its own can write one. The header must be the first
 * bytes of that connection:
 *
 * <pre>{@code
 * ProxyHeader header =
 *     ProxyHeader.version2(socket.remoteAddress(), socket.localAddress())
 *         .with(ProxyTlv.authority("example.com"))
 *         .withChecksum();
 * backend.write(header.encode());
 * }</pre>
 *
 * <p>Thread: any; it does not change.
 *
 * @param version 1, a line of text, or 2, binary
 * @param command on whose behalf the proxy has connected
 * @param protocol the kind of the client's connection; UNSPECIFIED exactly if there are no
 *     addresses
 * @param source the client's address: an {@link InetSocketAddress} or a {@link
 *     UnixDomainSocketAddress}. Empty when the proxy does not tell it; the addresses of the
 *     connection itself hold then
 * @param destination the address that the client connected to; there exactly if {@code source} is
 *     there, and of the same class
 * @param tlvs further facts in their order, without TLS; empty in version 1
 * @param tls the facts of the client's TLS; empty in version 1
 */
public record ProxyHeader(
    int version,
    Command command,
    Protocol protocol,
    Optional<SocketAddress> source,
    Optional<SocketAddress> destination,
    List<ProxyTlv> tlvs,
    Optional<ProxyTls> tls) {

  /** On whose behalf a proxy has connected. */
  public enum Command {
    /** Its own, as for a health check. The connection's own addresses hold. */
    LOCAL,
    /** A client's. */
    PROXY
  }

  /** The kind of a client's connection. */
  public enum Protocol {
    /** Unknown, or of a kind that the header cannot describe. */
    UNSPECIFIED,
    /** TCP, or a stream over a Unix domain socket. */
    STREAM,
    /** UDP, or datagrams over a Unix domain socket. */
    DATAGRAM
  }

  public ProxyHeader {
    tlvs = List.copyOf(tlvs);
    ProxyChecks.version(version, command, protocol, tlvs, tls);
    ProxyChecks.addresses(version, command, protocol, source, destination);
    ProxyChecks.facts(tlvs, tls);
  }

  /**
   * A header of version 1 for a client's connection (section 2.1). It is {@link #unknown()} unless
   * both addresses are internet addresses.
   *
   * @throws IllegalArgumentException when an address is not resolved: nothing is looked up here
   */
  public static ProxyHeader version1(SocketAddress source, SocketAddress destination) {
    return source instanceof InetSocketAddress && destination instanceof InetSocketAddress
        ? of(1, source, destination)
        : unknown();
  }

  /**
   * A header of version 2 for a client's connection (section 2.2). It has no addresses unless both
   * are internet addresses, or both are Unix domain addresses of at most 108 bytes.
   *
   * @throws IllegalArgumentException when an address is not resolved: nothing is looked up here
   */
  public static ProxyHeader version2(SocketAddress source, SocketAddress destination) {
    boolean both =
        (source instanceof InetSocketAddress && destination instanceof InetSocketAddress)
            || (ProxyChecks.fits(source) && ProxyChecks.fits(destination));
    return both ? of(2, source, destination) : of(2, Command.PROXY);
  }

  /** The header of version 1 that has no addresses: PROXY UNKNOWN. */
  public static ProxyHeader unknown() {
    return of(1, Command.PROXY);
  }

  /** A header of version 2 for a connection on the proxy's own behalf, such as a health check. */
  public static ProxyHeader local() {
    return of(2, Command.LOCAL);
  }

  private static ProxyHeader of(int version, SocketAddress source, SocketAddress destination) {
    return new ProxyHeader(
        version,
        Command.PROXY,
        Protocol.STREAM,
        Optional.of(source),
        Optional.of(destination),
        List.of(),
        Optional.empty());
  }

  private static ProxyHeader of(int version, Command command) {
    return new ProxyHeader(
        version,
        command,
        Protocol.UNSPECIFIED,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty());
  }

  /**
   * This header and one fact more.
   *
   * @param tlv not of the type {@link ProxyTlv#SSL}
   * @throws IllegalArgumentException when this header is of version 1, or gets too long
   */
  public ProxyHeader with(ProxyTlv tlv) {
    var more = new ArrayList<>(tlvs);
    more.add(tlv);
    return new ProxyHeader(version, command, protocol, source, destination, more, tls);
  }

  /**
   * This header with these facts of the client's TLS, instead of those it has.
   *
   * @throws IllegalArgumentException when this header is of version 1, or gets too long
   */
  public ProxyHeader with(ProxyTls facts) {
    return new ProxyHeader(
        version, command, protocol, source, destination, tlvs, Optional.of(facts));
  }

  /**
   * This header with a checksum, which its reader compares (section 2.2.3).
   *
   * @throws IllegalArgumentException when this header is of version 1
   */
  public ProxyHeader withChecksum() {
    return tlv(ProxyTlv.CRC32C).isPresent() ? this : with(ProxyTlv.checksum());
  }

  /** The bytes of this header, in a buffer of the caller's own: the position is at the first. */
  public ByteBuffer encode() {
    return version == 1 ? ProxyEncoder.line(this) : ProxyEncoder.binary(this);
  }

  /** True for a connection on the proxy's own behalf, such as a health check. */
  public boolean isLocal() {
    return command == Command.LOCAL;
  }

  /** The first fact of a type; {@link #tls} has those of TLS. */
  public Optional<ProxyTlv> tlv(int type) {
    return tlvs.stream().filter(each -> each.type() == type).findFirst();
  }

  /** The protocol that client and proxy agreed on by ALPN, one character for each byte. */
  public Optional<String> applicationProtocol() {
    return tlv(ProxyTlv.ALPN).map(tlv -> ISO_8859_1.decode(tlv.value()).toString());
  }

  /** The name of the host that the client wants, as by SNI. The client has chosen it. */
  public Optional<String> authority() {
    return tlv(ProxyTlv.AUTHORITY).map(ProxyTlv::text);
  }

  /** The proxy's identifier of the connection, at most 128 bytes. */
  public Optional<ByteBuffer> uniqueId() {
    return tlv(ProxyTlv.UNIQUE_ID).map(ProxyTlv::value);
  }

  /** The name of the client's network namespace at the proxy. */
  public Optional<String> networkNamespace() {
    return tlv(ProxyTlv.NETNS).map(ProxyTlv::text);
  }
}
