// SPDX-License-Identifier: Apache-2.0
/**
 * Clients, honest and hostile, that run in a process of their own: {@link Peers} is its main class.
 */
package io.thousandisland.acceptance.peers;
