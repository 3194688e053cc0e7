// SPDX-License-Identifier: Apache-2.0
/**
 * The looks at a folder: the files there, how long they are unchanged, and the wording of a report.
 * The package uses no other package of this bundle.
 *
 * <p>Thread: Each folder thread has its own objects; {@code Report} may be used by both.
 */
@NullMarked
package io.thousandisland.deploy.watch;

import org.jspecify.annotations.NullMarked;
