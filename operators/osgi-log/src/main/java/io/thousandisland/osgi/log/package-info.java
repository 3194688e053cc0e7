// SPDX-License-Identifier: Apache-2.0
/** The bridge from OSGi's log service to SLF4J. */
@NullMarked
package io.thousandisland.osgi.log;

import org.jspecify.annotations.NullMarked;
