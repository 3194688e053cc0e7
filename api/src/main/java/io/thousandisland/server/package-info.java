// SPDX-License-Identifier: Apache-2.0
/**
 * For operators and their tools: the facts that a running server tells, and the actions that it
 * allows. Tools only <em>use</em> this package; the runtime implements it.
 *
 * <p><img src="doc-files/server.svg" alt="A server has listeners, one for each address, and
 * acceptors, each with its own connections. A connection belongs to a generation, which is one
 * binding of a handler. New connections enter the generation that serves; an older generation keeps
 * its connections until they end or move.">
 */
@Export
@Version("1.1.0")
@NullMarked
package io.thousandisland.server;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
