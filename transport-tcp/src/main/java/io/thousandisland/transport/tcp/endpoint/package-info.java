// SPDX-License-Identifier: Apache-2.0
/** Server sockets at their addresses: ports, Unix paths, the inherited socket; their options. */
@NullMarked
package io.thousandisland.transport.tcp.endpoint;

import org.jspecify.annotations.NullMarked;
