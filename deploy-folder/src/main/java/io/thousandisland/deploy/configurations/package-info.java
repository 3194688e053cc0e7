/**
 * The configurations of the folder: their names, their forms, and what Configuration Admin is told.
 * It may use {@code watch} and {@code bundles}.
 *
 * <p>Thread: The thread "configurations", except what a class names.
 */
@NullMarked
package io.thousandisland.deploy.configurations;

import org.jspecify.annotations.NullMarked;
