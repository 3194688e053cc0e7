/** What the ready-made servers log, and how a line looks. */
@NullMarked
package io.thousandisland.console.log;

import org.jspecify.annotations.NullMarked;
