// SPDX-License-Identifier: Apache-2.0
/**
 * The bundles of the folder: the meaning of each jar, and the steps from a new file to a bundle
 * that runs. The package may use {@code watch}, and does not know configurations.
 *
 * <p>Thread: The thread "bundles", except where a class names another.
 */
@NullMarked
package io.thousandisland.deploy.bundles;

import org.jspecify.annotations.NullMarked;
