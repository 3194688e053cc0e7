// SPDX-License-Identifier: Apache-2.0
/**
 * The recorder, and below it its events. Both live in a class loader of their own, see {@link
 * io.thousandisland.jfr.RecorderLoader}: no other package may name a class of theirs.
 */
@NullMarked
package io.thousandisland.jfr.recording;

import org.jspecify.annotations.NullMarked;
