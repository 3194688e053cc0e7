/**
 * Looking at a folder: what is there, for how long unchanged, and how a report is worded. It uses
 * neither of the other rooms.
 *
 * <p>Thread: Each folder thread has its own objects; {@code Report} may be used by both.
 */
@NullMarked
package io.thousandisland.deploy.watch;

import org.jspecify.annotations.NullMarked;
