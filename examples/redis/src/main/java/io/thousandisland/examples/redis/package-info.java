// SPDX-License-Identifier: Apache-2.0
/** The handler of the example: requests, commands, replies. */
@NullMarked
package io.thousandisland.examples.redis;

import org.jspecify.annotations.NullMarked;
