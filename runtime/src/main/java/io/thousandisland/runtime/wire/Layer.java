// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.wire;

import io.thousandisland.transport.LayeredSocket;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * A transport socket over another one that hands the bytes down, too, as they are; except what a
 * subclass does itself.
 *
 * <p>Thread: as for any transport socket.
 */
abstract class Layer extends LayeredSocket {

  Layer(TransportSocket below) {
    super(below);
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    return below.read(into);
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    return below.write(from);
  }

  @Override
  public long write(ByteBuffer[] from, int offset, int length) throws IOException {
    return below.write(from, offset, length);
  }

  @Override
  public void forgetLeft() {
    below.forgetLeft();
  }

  @Override
  public long transferFrom(FileChannel file, long position, long count) throws IOException {
    return below.transferFrom(file, position, count);
  }
}
