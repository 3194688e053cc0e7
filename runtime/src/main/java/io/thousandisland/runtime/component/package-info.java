// SPDX-License-Identifier: Apache-2.0
/**
 * The components: a server for each configuration, registered as a service. This package speaks
 * Declarative Services and Configuration Admin. It may use every other package, and no other
 * package uses it.
 *
 * <p>Thread: The threads of SCR and Configuration Admin; each class says what it does there.
 */
@NullMarked
package io.thousandisland.runtime.component;

import org.jspecify.annotations.NullMarked;
