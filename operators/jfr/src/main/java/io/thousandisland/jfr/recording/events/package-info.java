// SPDX-License-Identifier: Apache-2.0
/**
 * The events, as the Flight Recorder sees them. Names and fields are listed in {@code
 * docs/operators.md}.
 */
@NullMarked
package io.thousandisland.jfr.recording.events;

import org.jspecify.annotations.NullMarked;
