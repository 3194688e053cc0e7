// SPDX-License-Identifier: Apache-2.0
/**
 * The choice of the services that a server is made of: the handler, the transport and the listeners
 * that its filters select, and the handlers that were considered. The package uses {@code absence}
 * to explain why a handler is missing, and the tree in {@code server}. It never reads a
 * configuration.
 *
 * <p>Thread: any may call a choice; each class says what guards its fields, and where a service is
 * released.
 */
@NullMarked
package io.thousandisland.runtime.choice;

import org.jspecify.annotations.NullMarked;
