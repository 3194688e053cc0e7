// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import java.io.IOException;
import java.io.OutputStream;

/** A client's plain socket that writes other bytes than it is given, or in another way. */
abstract class AlteringSocket extends java.net.Socket {

  AlteringSocket(int port) throws IOException {
    super("localhost", port);
    setTcpNoDelay(true);
  }

  /** Writes {@code b[offset]} to {@code b[offset + length - 1]} to {@code out}, in its own way. */
  abstract void write(byte[] b, int offset, int length, OutputStream out) throws IOException;

  @Override
  public OutputStream getOutputStream() throws IOException {
    OutputStream out = super.getOutputStream();
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] b, int offset, int length) throws IOException {
        AlteringSocket.this.write(b, offset, length, out);
      }
    };
  }
}
