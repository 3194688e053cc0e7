// SPDX-License-Identifier: Apache-2.0
/** Gogo commands for operators. */
@NullMarked
package io.thousandisland.shell;

import org.jspecify.annotations.NullMarked;
