/**
 * The one room that speaks Declarative Services, Configuration Admin and the framework. It turns
 * configuration into settings, services into bindings, and a server into a service.
 */
@NullMarked
package io.thousandisland.runtime.component;

import org.jspecify.annotations.NullMarked;
