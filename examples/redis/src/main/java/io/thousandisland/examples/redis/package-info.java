/** The handler of the example: requests, commands, replies. */
@NullMarked
package io.thousandisland.examples.redis;

import org.jspecify.annotations.NullMarked;
