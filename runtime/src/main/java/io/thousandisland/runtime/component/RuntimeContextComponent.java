// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.component;

import io.thousandisland.runtime.shared.RuntimeContext;
import io.thousandisland.runtime.signals.Later;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** The objects that the servers of this framework share, for as long as there is a server. */
@Component(service = RuntimeContextComponent.class)
public final class RuntimeContextComponent {

  private final RuntimeContext runtime = new RuntimeContext();
  private final Later later = new Later();
  private final ServerNames names = new ServerNames(later);
  private final LameDucks lameDucks = new LameDucks();

  RuntimeContext runtime() {
    return runtime;
  }

  Later later() {
    return later;
  }

  ServerNames names() {
    return names;
  }

  LameDucks lameDucks() {
    return lameDucks;
  }

  @Deactivate
  void close() {
    later.close();
    runtime.close();
  }
}
