// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport;

import io.thousandisland.telemetry.TelemetryEvent;
import java.util.List;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A factory of transports that run over another one. A program that starts a server gives it such
 * factories; in a framework a transport is a service, and needs no factory.
 *
 * <p>Thread: one at a time.
 */
@ConsumerType
public interface TransportFactory {

  /** The name by which a handler asks for the transport, as {@code transport.name} of a service. */
  String name();

  /**
   * Everything that is wrong with the configuration of the transport: which key, which value, and
   * what is allowed. By default there is nothing wrong.
   */
  default List<String> problems() {
    return List.of();
  }

  /**
   * Makes a transport over {@code below}. The caller closes it at the end, if it is {@link
   * AutoCloseable}; {@code below} is not its to close.
   *
   * @param events takes what there is to tell, from any thread; the event names the transport
   */
  Transport over(Transport below, Consumer<TelemetryEvent> events);
}
