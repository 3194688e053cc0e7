// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

/**
 * The traffic of one connection so far.
 *
 * @param bytesReceived bytes read from the peer
 * @param receives reads that brought at least one byte
 * @param bytesSent bytes that the kernel took
 * @param sends calls of send
 */
public record Counters(long bytesReceived, long receives, long bytesSent, long sends) {}
