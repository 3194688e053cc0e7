package io.thousandisland.runtime.component;

import io.thousandisland.runtime.server.Engine;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** What the servers of this framework share, for as long as one of them is there. */
@Component(service = EngineComponent.class)
public final class EngineComponent {

  private final Engine engine = new Engine();

  Engine engine() {
    return engine;
  }

  @Deactivate
  void close() {
    engine.close();
  }
}
