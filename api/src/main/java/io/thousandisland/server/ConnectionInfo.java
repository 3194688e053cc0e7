// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.server;

import io.thousandisland.handler.Counters;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A snapshot of one live connection. Its parts may be of slightly different moments, because the
 * connection goes on meanwhile.
 *
 * @param id its number, see {@link io.thousandisland.handler.Socket#id}
 * @param acceptor the number of the acceptor that took it
 * @param generation the number of the handler generation that serves it
 * @param started when it was accepted
 * @param label the text that its handler gave it; empty when it gave none
 * @param idle the time that counts as silence for the read timeout: since bytes of the peer were
 *     handled last (or the peer has taken bytes, with {@code idleBy = both}), or since the accept;
 *     zero while a callback works
 * @param unread how many received bytes the handler has not taken
 * @param unsent how many sent bytes the kernel has not taken, the rest of a file included
 * @param deadline the time until its next deadline: the end of its wait for data, or for the peer
 *     to take bytes, or a delayed message; empty without one, and while a callback works. Negative
 *     for a deadline that is due
 * @param counted whether it takes a place, see {@link io.thousandisland.handler.Socket#uncount}
 */
public record ConnectionInfo(
    long id,
    int acceptor,
    int generation,
    SocketAddress remote,
    SocketAddress local,
    Counters counters,
    Instant started,
    String label,
    Duration idle,
    int unread,
    long unsent,
    Optional<Duration> deadline,
    boolean counted) {}
