// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.opentelemetry;

import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.Transport;
import java.io.IOException;
import java.util.Map;

/** TCP that tells facts as a transport with certificates does. */
record Certified(Transport tcp, Map<String, String> facts) implements Transport {
  @Override
  public ListeningChannel listen(ListenAt at) throws IOException {
    return tcp.listen(at);
  }
}
