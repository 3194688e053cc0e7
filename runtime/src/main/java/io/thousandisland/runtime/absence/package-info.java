// SPDX-License-Identifier: Apache-2.0
/**
 * The reasons why an expected handler is not there: its bundle is not resolved, its component is
 * not satisfied, or its activation failed. The package reads the framework and SCR, and uses no
 * other package of this bundle.
 *
 * <p>Thread: its classes keep no state that changes, so any thread may ask.
 */
@NullMarked
package io.thousandisland.runtime.absence;

import org.jspecify.annotations.NullMarked;
