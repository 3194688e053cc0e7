/**
 * The bundles of the folder: what each jar stands for, and the steps from a new file to a bundle
 * that runs. It may use {@code watch}, and does not know configurations.
 *
 * <p>Thread: The thread "bundles", except what a class names.
 */
@NullMarked
package io.thousandisland.deploy.bundles;

import org.jspecify.annotations.NullMarked;
