/**
 * For listeners: what happens in a server, as typed events. Listeners <em>implement</em> {@link
 * io.thousandisland.telemetry.TelemetryListener} and <em>switch over</em> {@link
 * io.thousandisland.telemetry.TelemetryEvent}, so a new event is a major change of this package.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.thousandisland.telemetry;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
