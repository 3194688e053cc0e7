/**
 * For operators and their tools: what a running server tells and lets be done. Only <em>used</em>;
 * the runtime implements it.
 */
@Export
@Version("1.1.0")
@NullMarked
package io.thousandisland.server;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
