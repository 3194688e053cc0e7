// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.process;

import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * A server's JVM, queried over its own management interface. A query costs the server something, so
 * no server is queried before the processor time has been measured.
 */
public final class ManagedJvm implements AutoCloseable {

  private final JMXConnector connector;
  private final MBeanServerConnection beans;
  private final MemoryMXBean memory;

  private ManagedJvm(JMXConnector connector) throws IOException {
    this.connector = connector;
    beans = connector.getMBeanServerConnection();
    memory =
        ManagementFactory.newPlatformMXBeanProxy(
            beans, ManagementFactory.MEMORY_MXBEAN_NAME, MemoryMXBean.class);
  }

  @SuppressWarnings("BanJNDI") // the other side is a process that this one has started
  public static ManagedJvm attach(long pid) throws IOException {
    try {
      VirtualMachine jvm = VirtualMachine.attach(Long.toString(pid));
      try {
        var address = new JMXServiceURL(jvm.startLocalManagementAgent());
        return new ManagedJvm(JMXConnectorFactory.connect(address));
      } finally {
        jvm.detach();
      }
    } catch (com.sun.tools.attach.AttachNotSupportedException e) {
      throw new IOException(e);
    }
  }

  /** Bytes that all threads have allocated so far, virtual threads and ended threads included. */
  public long allocated() throws IOException {
    try {
      var threads = new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME);
      return (Long) beans.getAttribute(threads, "TotalThreadAllocatedBytes");
    } catch (JMException e) {
      throw new IOException(e);
    }
  }

  /** Bytes that are in use after full collections. */
  public long live() {
    memory.gc();
    memory.gc();
    return memory.getHeapMemoryUsage().getUsed();
  }

  @Override
  public void close() throws IOException {
    connector.close();
  }
}
