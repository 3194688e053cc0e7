// SPDX-License-Identifier: Apache-2.0
/**
 * For listeners: what happens in a server, as typed events. Listeners <em>implement</em> {@link
 * io.thousandisland.telemetry.TelemetryListener} and <em>switch over</em> {@link
 * io.thousandisland.telemetry.TelemetryEvent}, so a new event is a major change of this package.
 *
 * <p><img src="doc-files/life.svg" alt="An accepted connection is checked, may be refused, may
 * shake hands, and is served. ByPeer and ByUs end it in handleClose, Failed in handleError,
 * TimedOut, NoFirstByte and TooSlow in handleTimeout, Aged and ShutDown in handleShutdown. Unserved
 * and Forced end it without a callback.">
 */
@Export
@Version("1.0.0")
@NullMarked
package io.thousandisland.telemetry;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
