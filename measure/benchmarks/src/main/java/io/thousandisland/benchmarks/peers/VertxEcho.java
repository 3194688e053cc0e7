// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.peers;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.NetServerOptions;

/** The echo of Vert.x: a socket piped to itself, on one event loop, with epoll. */
public final class VertxEcho {

  private VertxEcho() {}

  public static void main(String[] args) {
    var vertx =
        Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(1));
    if (!vertx.isNativeTransportEnabled()) {
      System.out.println("not available here: no epoll");
      System.exit(1);
    }
    vertx
        .createNetServer(new NetServerOptions().setTcpNoDelay(true).setAcceptBacklog(4096))
        .connectHandler(socket -> socket.pipeTo(socket)) // fails when the peer resets, as usual
        .listen(Integer.parseInt(args[0]), "127.0.0.1")
        .toCompletionStage()
        .toCompletableFuture()
        .join();
  }
}
