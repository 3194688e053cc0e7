// SPDX-License-Identifier: Apache-2.0
/** A page of the Apache Felix Web Console. */
@NullMarked
package io.thousandisland.webconsole;

import org.jspecify.annotations.NullMarked;
