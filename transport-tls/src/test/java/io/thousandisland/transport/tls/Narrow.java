// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import io.thousandisland.transport.Readiness;
import io.thousandisland.transport.TransportSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.util.Random;

/** A transport that has little room: none, a byte, or some. Nothing comes from its peer. */
public class Narrow implements TransportSocket {

  private static final SocketAddress ADDRESS = UnixDomainSocketAddress.of("narrow");

  private final Random random;
  private final ByteArrayOutputStream taken = new ByteArrayOutputStream();

  public Narrow(Random random) {
    this.random = random;
  }

  /** The bytes taken since the last call. */
  public byte[] taken() {
    byte[] all = taken.toByteArray();
    taken.reset();
    return all;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    int room =
        switch (random.nextInt(5)) {
          case 0 -> 0;
          case 1 -> 1;
          case 2 -> from.remaining();
          default -> random.nextInt(from.remaining() + 1);
        };
    byte[] some = new byte[Math.min(room, from.remaining())];
    from.get(some);
    taken.writeBytes(some);
    return some.length;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    return 0;
  }

  @Override
  public void start(Readiness readiness) {}

  @Override
  public void shutdownOutput() {}

  @Override
  public void shutdownInput() {}

  @Override
  public void close() {}

  @Override
  public SocketAddress localAddress() {
    return ADDRESS;
  }

  @Override
  public SocketAddress remoteAddress() {
    return ADDRESS;
  }

  @Override
  public <T> T option(SocketOption<T> option) {
    throw new UnsupportedOperationException();
  }

  @Override
  public <T> void option(SocketOption<T> option, T value) {
    throw new UnsupportedOperationException();
  }
}
