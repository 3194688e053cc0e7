// SPDX-License-Identifier: Apache-2.0
/** The log configuration of the ready-made servers, and the layout of a line. */
@NullMarked
package io.thousandisland.console.log;

import org.jspecify.annotations.NullMarked;
