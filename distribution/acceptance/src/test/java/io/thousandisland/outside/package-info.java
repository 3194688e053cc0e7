// SPDX-License-Identifier: Apache-2.0
/**
 * The ways in, tried by somebody who has nothing but a release: each project of the folder {@code
 * outside} is copied, built and run with what the build has staged.
 */
@NullMarked
package io.thousandisland.outside;

import org.jspecify.annotations.NullMarked;
