// SPDX-License-Identifier: Apache-2.0
/**
 * The settings of a server as values: each record checks itself and names the key that is wrong. It
 * uses only the JDK and {@code supervision}'s restart budget.
 *
 * <p>Thread: Its classes do not change, so any thread may use them.
 */
@NullMarked
package io.thousandisland.runtime.settings;

import org.jspecify.annotations.NullMarked;
