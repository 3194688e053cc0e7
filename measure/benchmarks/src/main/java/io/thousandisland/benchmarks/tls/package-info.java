// SPDX-License-Identifier: Apache-2.0
/** The command {@code -Dbenchmark=tls}: what TLS costs, beside Netty with the JDK's engine. */
@NullMarked
package io.thousandisland.benchmarks.tls;

import org.jspecify.annotations.NullMarked;
