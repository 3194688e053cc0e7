// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.annotation.bundle.Capability;
import org.osgi.annotation.bundle.Requirement;
import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * The name under which a server finds a handler: the service property {@code handler.name}.
 *
 * <p>On a component it also declares what the resolver needs to know: the bundle <em>provides</em>
 * the handler of this name and <em>requires</em> a runtime that serves it.
 */
@ComponentPropertyType
@Capability(namespace = HandlerName.NAMESPACE, name = "${#value}", version = "1.0.0")
@Requirement(
    namespace = HandlerName.RUNTIME_NAMESPACE,
    name = "thousandisland",
    version = "1.0.0",
    effective = "active")
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface HandlerName {

  /**
   * Capability namespace of handlers; the capability's attribute of the same name is the handler's
   * name.
   */
  String NAMESPACE = "io.thousandisland.handler";

  /** Capability namespace of the runtime that serves handlers. */
  String RUNTIME_NAMESPACE = "io.thousandisland.runtime";

  /** For example {@code echo}. */
  String value();
}
