// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.thousandisland.handler.ProxyHeader.Command;
import io.thousandisland.handler.ProxyHeader.Protocol;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.List;
import java.util.Optional;

/** The checks of a {@link ProxyHeader}: one that exists can be written. */
final class ProxyChecks {

  /** The room for a path, without a zero behind it. */
  static final int PATH_BYTES = 108;

  /** The most bytes behind the fixed part of a header of version 2. */
  private static final int MOST_BYTES = 0xffff;

  private static final int MOST_ID = 128;

  private ProxyChecks() {}

  static void version(
      int version,
      Command command,
      Protocol protocol,
      List<ProxyTlv> tlvs,
      Optional<ProxyTls> tls) {
    require(version == 1 || version == 2, "version is " + version + "; allowed: 1 or 2");
    if (version == 1) {
      require(command == Command.PROXY, "version 1 has no LOCAL");
      require(protocol != Protocol.DATAGRAM, "version 1 has no DATAGRAM");
      require(tlvs.isEmpty() && tls.isEmpty(), "version 1 has no TLVs");
    }
  }

  static void addresses(
      int version,
      Command command,
      Protocol protocol,
      Optional<SocketAddress> source,
      Optional<SocketAddress> destination) {
    boolean both = source.isPresent() && destination.isPresent();
    require(both || (source.isEmpty() && destination.isEmpty()), "one address is missing");
    require(
        both == (protocol != Protocol.UNSPECIFIED), "addresses and UNSPECIFIED exclude each other");
    require(!both || command == Command.PROXY, "LOCAL has no addresses");
    if (both) {
      SocketAddress from = source.get();
      SocketAddress to = destination.get();
      require(
          (resolved(from) && resolved(to)) || (version == 2 && fits(from) && fits(to)),
          "the addresses cannot be written: neither are both resolved internet addresses,"
              + " nor are both Unix domain addresses of at most 108 bytes, in version 2");
    }
  }

  static void facts(List<ProxyTlv> tlvs, Optional<ProxyTls> tls) {
    require(tlvs.stream().noneMatch(tlv -> tlv.type() == ProxyTlv.SSL), "SSL is a ProxyTls");
    long checksums = tlvs.stream().filter(tlv -> tlv.type() == ProxyTlv.CRC32C).count();
    require(checksums <= 1, "a header has one checksum");
    require(
        tlvs.stream().allMatch(tlv -> tlv.type() != ProxyTlv.CRC32C || length(tlv) == 4),
        "a checksum has 4 bytes");
    require(
        tlvs.stream().allMatch(tlv -> tlv.type() != ProxyTlv.UNIQUE_ID || length(tlv) <= MOST_ID),
        "a unique id has at most " + MOST_ID + " bytes");
    require(
        mostBytes(tlvs, tls) <= MOST_BYTES,
        "the TLVs are too long for one header: with the longest addresses it may have "
            + MOST_BYTES
            + " bytes behind its fixed part");
  }

  /** The most bytes that {@code header} may have behind its fixed part. */
  static long mostBytes(ProxyHeader header) {
    return mostBytes(header.tlvs(), header.tls());
  }

  private static long mostBytes(List<ProxyTlv> tlvs, Optional<ProxyTls> tls) {
    return 2L * PATH_BYTES
        + ProxyEncoder.length(tlvs)
        + tls.map(facts -> ProxyEncoder.length(facts)).orElse(0L);
  }

  /** Whether a header has room for {@code address}, a Unix domain address. */
  static boolean fits(SocketAddress address) {
    return address instanceof UnixDomainSocketAddress unix && path(unix).length <= PATH_BYTES;
  }

  static byte[] path(UnixDomainSocketAddress address) {
    return address.getPath().toString().getBytes(UTF_8);
  }

  private static int length(ProxyTlv tlv) {
    return tlv.value().remaining();
  }

  private static boolean resolved(SocketAddress address) {
    return address instanceof InetSocketAddress inet && !inet.isUnresolved();
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
