// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording.events;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** One connection, from its accept to its end. */
@Name("io.thousandisland.Connection")
@Label("Connection")
@Category({"Thousand Island", "Connections"})
public final class ConnectionEvent extends OfConnection {

  @Label("Acceptor")
  public int acceptor;

  @Label("Label of the Handler")
  public @Nullable String label;

  @Label("Handler Generation")
  public int generation;

  @Label("Ending")
  public @Nullable String ending;

  @Label("Reason of the Failure")
  public @Nullable String reason;

  @Label("Handshake")
  @Timespan(Timespan.NANOSECONDS)
  public long handshake;

  @Label("Lasted")
  @Timespan(Timespan.NANOSECONDS)
  public long lasted;

  @Label("Bytes Received")
  @DataAmount
  public long bytesReceived;

  @Label("Receives")
  public long receives;

  @Label("Bytes Sent")
  @DataAmount
  public long bytesSent;

  @Label("Sends")
  public long sends;
}
