// SPDX-License-Identifier: Apache-2.0
/** The handler of the example: lines in, lines of a room out. */
@NullMarked
package io.thousandisland.examples.chat;

import org.jspecify.annotations.NullMarked;
