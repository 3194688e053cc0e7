// SPDX-License-Identifier: Apache-2.0
/**
 * The keys of a server's configuration, and the reader that turns them into settings or into one
 * message that names every wrong key. The package uses {@code settings} and, for filters, the
 * framework. It knows no component.
 *
 * <p>Thread: Its classes keep no state that changes, so any thread may use them.
 */
@NullMarked
package io.thousandisland.runtime.configuration;

import org.jspecify.annotations.NullMarked;
