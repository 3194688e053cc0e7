// SPDX-License-Identifier: Apache-2.0
/**
 * The admission of connections, and their number: the places that a server has, its acceptors' and
 * its addresses' share of them, the rate of accepts, and the lists of addresses. It uses {@code
 * signals}, {@code settings} and the api.
 *
 * <p>Thread: Any thread may ask for a place, give one back, and count.
 */
@NullMarked
package io.thousandisland.runtime.admission;

import org.jspecify.annotations.NullMarked;
