/** What the ready-made server says on its terminal. */
@NullMarked
package io.thousandisland.greeting;

import org.jspecify.annotations.NullMarked;
