/**
 * For operators and their tools: the facts that a running server tells, and the actions that it
 * allows. Tools only <em>use</em> this package; the runtime implements it.
 */
@Export
@Version("1.1.0")
@NullMarked
package io.thousandisland.server;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
