// SPDX-License-Identifier: Apache-2.0
/** The state of all servers, for Apache Felix Inventory. */
@NullMarked
package io.thousandisland.inventory;

import org.jspecify.annotations.NullMarked;
