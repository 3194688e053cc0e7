// SPDX-License-Identifier: Apache-2.0
/** The line that the ready-made server prints on its terminal for each running server. */
@NullMarked
package io.thousandisland.greeting;

import org.jspecify.annotations.NullMarked;
