// SPDX-License-Identifier: Apache-2.0
/** Health checks of the servers: whether they are ready, and whether they are alive. */
@NullMarked
package io.thousandisland.health;

import org.jspecify.annotations.NullMarked;
