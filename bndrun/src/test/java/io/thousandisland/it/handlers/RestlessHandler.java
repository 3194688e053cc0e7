// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it.handlers;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.nio.ByteBuffer;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkUtil;

/** A line handler that restarts its own bundle, in a callback, when its peer says so. */
public final class RestlessHandler extends CountingHandler {

  @Override
  public Next<Long> handleData(ByteBuffer data, Socket socket, Long state) throws Exception {
    if (data.remaining() == 8) { // "restart" and its newline
      data.position(data.limit());
      restart();
      return Next.proceed(state);
    }
    return super.handleData(data, socket, state);
  }

  private static void restart() throws BundleException {
    Bundle own = FrameworkUtil.getBundle(RestlessHandler.class);
    own.stop();
    own.start();
  }
}
