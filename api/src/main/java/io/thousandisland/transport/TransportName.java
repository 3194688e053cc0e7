// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.annotation.bundle.Capability;
import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * The name under which a server finds a transport: the service property {@code transport.name}. On
 * a component it also declares to the resolver that the bundle provides a transport.
 *
 * <p>A transport that only runs over another one declares its capability itself, with the attribute
 * {@code over}: then the resolver does not take it for the transport that a server cannot do
 * without.
 */
@ComponentPropertyType
@Capability(
    namespace = TransportName.NAMESPACE,
    name = "${#value}",
    version = "1.0.0",
    effective = "active")
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.CLASS)
public @interface TransportName {

  /** Capability namespace of transports. */
  String NAMESPACE = "io.thousandisland.transport";

  /** For example {@code tcp}. */
  String value();
}
