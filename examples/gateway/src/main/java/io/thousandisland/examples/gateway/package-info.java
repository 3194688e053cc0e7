// SPDX-License-Identifier: Apache-2.0
/** A gateway for TCP: each client gets a connection to a backend. */
@NullMarked
package io.thousandisland.examples.gateway;

import org.jspecify.annotations.NullMarked;
