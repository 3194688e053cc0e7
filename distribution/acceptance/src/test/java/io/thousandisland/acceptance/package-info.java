// SPDX-License-Identifier: Apache-2.0
/** The ready-made servers as their operators meet them: processes, files, signals and sockets. */
@NullMarked
package io.thousandisland.acceptance;

import org.jspecify.annotations.NullMarked;
