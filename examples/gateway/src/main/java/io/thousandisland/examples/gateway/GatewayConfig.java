// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.gateway;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The configuration of the gateway, under its PID. */
@ObjectClassDefinition(id = GatewayHandler.PID, name = "Thousand Island example gateway")
@interface GatewayConfig {

  @AttributeDefinition(
      name = "Backend",
      description = "HOST:PORT, [IPv6 ADDRESS]:PORT or unix:/PATH of the server behind.")
  String backend() default "";

  @AttributeDefinition(
      name = "Connect timeout",
      description = "Longest wait for the backend to accept, in milliseconds; at least 1.")
  int connectTimeout() default 2_000;

  @AttributeDefinition(
      name = "Send timeout",
      description = "Longest wait for a backend that takes no bytes, in milliseconds; at least 1.")
  int sendTimeout() default 30_000;

  @AttributeDefinition(
      name = "PROXY header",
      description = "The header of the PROXY protocol that tells the backend the client's address.",
      options = {
        @Option(label = "none", value = "none"),
        @Option(label = "version 1, a line", value = "v1"),
        @Option(label = "version 2, binary", value = "v2")
      })
  String proxyHeader() default "none";
}
