// SPDX-License-Identifier: Apache-2.0
/** The events of the servers for the JDK Flight Recorder. */
@NullMarked
package io.thousandisland.jfr;

import org.jspecify.annotations.NullMarked;
