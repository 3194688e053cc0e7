package io.thousandisland.runtime.component;

import io.thousandisland.runtime.shared.Engine;
import io.thousandisland.runtime.signals.Later;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** The objects that the servers of this framework share, for as long as there is a server. */
@Component(service = EngineComponent.class)
public final class EngineComponent {

  private final Engine engine = new Engine();
  private final Later later = new Later();
  private final ServerNames names = new ServerNames(later);

  Engine engine() {
    return engine;
  }

  Later later() {
    return later;
  }

  ServerNames names() {
    return names;
  }

  @Deactivate
  void close() {
    later.close();
    engine.close();
  }
}
