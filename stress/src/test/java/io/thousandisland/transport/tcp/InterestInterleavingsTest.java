package io.thousandisland.transport.tcp;

import io.thousandisland.stress.Interleavings;
import java.nio.channels.SelectionKey;
import org.junit.jupiter.api.Test;

/** Rule X4: after an arm the next arrival is told, whatever the poller does at the same time. */
public class InterestInterleavingsTest {

  public static class Model {
    private volatile boolean on;
    private volatile int told;
    private final Interest interest =
        new Interest(
            SelectionKey.OP_READ,
            new Interest.Switch() {
              @Override
              public void on(int op) {
                on = true;
              }

              @Override
              public void off(int op) {
                on = false;
              }
            });

    public Model() {
      interest.arm();
    }

    public void arm() {
      interest.arm();
    }

    /** The selector reports the channel, if it is asked to. */
    public void poll() {
      if (on && interest.ready()) {
        told++;
      }
    }

    public void holds() {
      if (interest.toString().endsWith("WAITING") && !on) {
        throw new IllegalStateException("waits, and nobody looks");
      }
      int before = told;
      interest.arm();
      poll();
      if (told == before) {
        throw new IllegalStateException("the next arrival is not told: " + interest);
      }
    }
  }

  @Test
  void x4ArmWhileThePollerSwitchesOffIsNotLost() {
    Interleavings.of(Model.class)
        .thread("arm", "arm")
        .thread("poll", "poll", "poll", "poll")
        .explore();
  }
}
