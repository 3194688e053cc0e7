// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.configuration;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/**
 * The configuration of one server: the single list of its keys, types and defaults.
 *
 * <p>Durations are written {@code 500ms}, {@code 15s}, {@code 2m}, {@code 1h} or {@code infinite}.
 */
@ObjectClassDefinition(
    name = "Thousand Island server",
    description =
        "A TCP server. A duration is a whole number with the unit ms, s, m or h, as in 500ms or 15s."
            + " Some durations may be infinite.")
public @interface ServerConfig {

  @AttributeDefinition(
      description =
          "Name in status, events and thread names. Default: the part of the PID after ~.")
  String name() default "";

  @AttributeDefinition(
      description = "Host name, address or network interface to listen on; not beside listen.")
  String host() default "127.0.0.1";

  @AttributeDefinition(
      description =
          "Port to listen on, 0 to 65535; 0 picks a free port. Required, unless listen is given.",
      required = false)
  int port();

  @AttributeDefinition(
      description =
          "Addresses to listen on, instead of host and port, at most 16: 127.0.0.1:7777, [::1]:7777,"
              + " eth0:7777, unix:/run/echo.sock, inherited.")
  String[] listen() default {};

  @AttributeDefinition(
      description =
          "Permissions of the paths of Unix sockets, as in rw-rw---- or 660; none for those of the"
              + " umask.")
  String unixPermissions() default "";

  @AttributeDefinition(
      description = "User that owns the paths of Unix sockets; none for the user of the process.")
  String unixOwner() default "";

  @AttributeDefinition(
      description = "Group of the paths of Unix sockets; none for the system's choice.")
  String unixGroup() default "";

  @AttributeDefinition(
      description = "Connections that the kernel queues before they are accepted, 1 to 65535.")
  int backlog() default 1024;

  @AttributeDefinition(description = "Acceptors that share the work, 1 to 1024.")
  int acceptors() default 10;

  @AttributeDefinition(
      description =
          "Listening channels on each port, 1 to 64, at most one for each acceptor. More than one"
              + " share the port by SO_REUSEPORT.")
  int listenSockets() default 1;

  @AttributeDefinition(description = "Most connections at once, 1 or more.")
  int maxConnections() default 16_384;

  @AttributeDefinition(
      description =
          "Policy for new connections at maxConnections and at acceptRate: park (they wait) or"
              + " reject.",
      options = {
        @Option(label = "park", value = "park"),
        @Option(label = "reject", value = "reject")
      })
  String whenLimitReached() default "park";

  @AttributeDefinition(
      description =
          "Most connections of one acceptor, which then leaves new ones to other acceptors; 0 for no"
              + " limit.")
  int maxConnectionsPerAcceptor() default 0;

  @AttributeDefinition(
      description =
          "Most connections of one remote address; further ones are closed at once; 0 for no limit.")
  int maxConnectionsPerAddress() default 0;

  @AttributeDefinition(
      description = "First bits of an IPv6 address that count as one address, 1 to 128.")
  int ipv6Prefix() default 64;

  @AttributeDefinition(
      description = "Most connections accepted in a second, 0 to 1000000; 0 for no limit.")
  int acceptRate() default 0;

  @AttributeDefinition(
      description =
          "Connections that may be accepted at once after a quiet time, 0 to 1000000; 0 for as many"
              + " as acceptRate.")
  int acceptBurst() default 0;

  @AttributeDefinition(
      description =
          "Addresses that may connect, as addresses or CIDR blocks (10.0.0.0/8); none for all.")
  String[] allow() default {};

  @AttributeDefinition(
      description =
          "Addresses that may not connect, as addresses or CIDR blocks, even if allow has them.")
  String[] deny() default {};

  @AttributeDefinition(
      description =
          "The header of the PROXY protocol, which tells the address of a proxy's client: off (none"
              + " is looked for), optional (a proxy may send it), required (only proxies are served,"
              + " and only with it).",
      options = {
        @Option(label = "off", value = "off"),
        @Option(label = "optional", value = "optional"),
        @Option(label = "required", value = "required")
      })
  String proxyProtocol() default "off";

  @AttributeDefinition(
      description =
          "Proxies that may send a header, as addresses or CIDR blocks; needed unless proxyProtocol"
              + " is off.")
  String[] proxySources() default {};

  @AttributeDefinition(description = "Longest wait for a header, longer than 0s, up to 24h.")
  String proxyTimeout() default "5s";

  @AttributeDefinition(
      description = "Number of connections at which an event tells an alarm; 0 for no alarm.")
  int alarmConnections() default 0;

  @AttributeDefinition(description = "Shortest time between two such alarms, 0s to 24h.")
  String alarmCooldown() default "5s";

  @AttributeDefinition(
      description = "Longest wait for data, counted from the last data; may be infinite.")
  String readTimeout() default "60s";

  @AttributeDefinition(
      description = "Longest time in which a peer takes no byte that is sent; may be infinite.")
  String sendTimeout() default "30s";

  @AttributeDefinition(
      description = "Longest time of a handshake, or of importState; may be infinite.")
  String handshakeTimeout() default "5s";

  @AttributeDefinition(
      description = "Time that connections have after the advice to finish, 0s to 24h.")
  String drainTimeout() default "10s";

  @AttributeDefinition(
      description = "Time that the remaining connections then have together, 0s to 24h.")
  String shutdownTimeout() default "15s";

  @AttributeDefinition(
      description =
          "Time for which a server that is to drain still accepts connections, while its readiness is"
              + " false, 0s to 24h: balancers then send no more clients.")
  String readyDelay() default "0s";

  @AttributeDefinition(
      description =
          "Time over which a drain advises its connections, or moves them, one after the other, 0s"
              + " to 24h, at most drainTimeout.")
  String drainSpread() default "0s";

  @AttributeDefinition(
      description =
          "Age at which a connection is advised to finish, longer than 0s; may be infinite. After"
              + " drainTimeout it is shut down.")
  String maxAge() default "infinite";

  @AttributeDefinition(
      description =
          "Percent of maxAge by which the ages of connections are spread in either direction, 0 to"
              + " 100.")
  int maxAgeJitter() default 10;

  @AttributeDefinition(
      description = "Longest wait for a connection's first byte, longer than 0s; may be infinite.")
  String firstByteTimeout() default "infinite";

  @AttributeDefinition(
      description =
          "Bytes per second that a peer must send over rateWindow, if it sends at all, 0 to"
              + " 2147483647; 0 for any rate.")
  int minReceiveRate() default 0;

  @AttributeDefinition(
      description =
          "Bytes per second that a peer must take over rateWindow while bytes wait for it, 0 to"
              + " 2147483647; 0 for any rate.")
  int minSendRate() default 0;

  @AttributeDefinition(
      description = "Time over which rates are measured, longer than 0s, up to 24h.")
  String rateWindow() default "10s";

  @AttributeDefinition(
      description =
          "Bytes that move the read timeout: received (received bytes only) or both (received and"
              + " sent bytes).",
      options = {
        @Option(label = "received", value = "received"),
        @Option(label = "both", value = "both")
      })
  String idleBy() default "received";

  @AttributeDefinition(
      description =
          "Time for which the port stays bound without a handler, 0s or longer, or infinite.")
  String handlerWait() default "15s";

  @AttributeDefinition(
      description =
          "Policy for connections of a handler that leaves: migrate (they wait for the next handler"
              + " and go on with it; connections that cannot are drained) or drain.",
      options = {
        @Option(label = "migrate", value = "migrate"),
        @Option(label = "drain", value = "drain")
      })
  String whenHandlerLeaves() default "migrate";

  @AttributeDefinition(
      description = "Policy for connections when a better handler arrives: keep, drain or migrate.",
      options = {
        @Option(label = "keep", value = "keep"),
        @Option(label = "drain", value = "drain"),
        @Option(label = "migrate", value = "migrate")
      })
  String whenBetterHandlerArrives() default "keep";

  @AttributeDefinition(
      description =
          "Whether a handler's connections are drained or migrated one acceptor after the other,"
              + " true or false.")
  boolean rolling() default false;

  @AttributeDefinition(
      description =
          "Bytes of the largest read buffer, 512 to 16777216; a connection whose peer sends little"
              + " uses smaller buffers.")
  int readBufferSize() default 64 * 1024;

  @AttributeDefinition(
      description = "Most bytes that a handler may leave unread, readBufferSize to 1073741824.")
  int unreadLimit() default 1 << 20;

  @AttributeDefinition(
      description =
          "Most bytes kept for a slow peer while the handler must not wait (it leaves, finishes, or"
              + " runs on a borrowed thread), 0 to 1073741824.")
  int unsentLimit() default 1 << 20;

  @AttributeDefinition(description = "Most messages that wait for one connection, 1 to 1048576.")
  int mailboxSize() default 256;

  @AttributeDefinition(
      description = "Restarts that a supervisor allows within restartWindow, 0 to 1000.")
  int restarts() default 3;

  @AttributeDefinition(description = "Time in which restarts are counted, longer than 0s.")
  String restartWindow() default "5s";

  @AttributeDefinition(
      description =
          "Socket options as NAME=VALUE, as in SO_RCVBUF=65536 or TCP_KEEPIDLE=30: all that a TCP"
              + " channel has on this system.")
  String[] socketOptions() default {};

  @AttributeDefinition(
      name = "handler.target",
      description = "LDAP filter that a handler service must match, as in (handler.name=echo).")
  String handler_target() default "(handler.name=*)";

  @AttributeDefinition(
      name = "transport.target",
      description = "LDAP filter that the transport service must match.")
  String transport_target() default "(transport.name=tcp)";

  @AttributeDefinition(
      name = "listener.target",
      description =
          "LDAP filter that telemetry listeners must match; (!(objectClass=*)) for no listener.")
  String listener_target() default "(objectClass=*)";
}
