/**
 * The components: a server for each configuration, registered as a service. The room speaks
 * Declarative Services and Configuration Admin, may use every other room, and is used by none.
 *
 * <p>Thread: SCR's and Configuration Admin's; each class says what it does there.
 */
@NullMarked
package io.thousandisland.runtime.component;

import org.jspecify.annotations.NullMarked;
