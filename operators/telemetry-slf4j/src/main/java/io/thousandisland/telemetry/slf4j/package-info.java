// SPDX-License-Identifier: Apache-2.0
/** Logs the events of the servers. */
@NullMarked
package io.thousandisland.telemetry.slf4j;

import org.jspecify.annotations.NullMarked;
