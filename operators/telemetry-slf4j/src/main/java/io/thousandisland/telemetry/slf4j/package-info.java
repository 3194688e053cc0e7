/** Logs what happens in the servers. */
@NullMarked
package io.thousandisland.telemetry.slf4j;

import org.jspecify.annotations.NullMarked;
