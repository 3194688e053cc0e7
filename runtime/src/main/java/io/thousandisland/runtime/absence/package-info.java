/**
 * Why a handler that somebody expects is not there: its bundle is not resolved, its component is
 * not satisfied, or its activation failed. It reads the framework and SCR and uses nothing else of
 * this bundle but {@code signals}.
 *
 * <p>Thread: Its classes keep no state that changes, so any thread may ask.
 */
@NullMarked
package io.thousandisland.runtime.absence;

import org.jspecify.annotations.NullMarked;
