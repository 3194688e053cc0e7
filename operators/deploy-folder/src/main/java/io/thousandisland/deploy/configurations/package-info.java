// SPDX-License-Identifier: Apache-2.0
/**
 * The configurations of the folder: their names, their forms, and the calls to Configuration Admin.
 * The package may use {@code watch} and {@code bundles}.
 *
 * <p>Thread: The thread "configurations", except where a class names another.
 */
@NullMarked
package io.thousandisland.deploy.configurations;

import org.jspecify.annotations.NullMarked;
