// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.peers;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;

/**
 * Netty's echo. Its arguments are {@code nio|epoll|io_uring PORT LOOPS}; LOOPS is the number of
 * event loops, and the callers pass the number of its processors.
 */
public final class NettyEcho {

  private NettyEcho() {}

  private record Kind(IoHandlerFactory loop, Class<? extends ServerChannel> channel) {
    static Kind of(String name) {
      return switch (name) {
        case "nio" -> new Kind(NioIoHandler.newFactory(), NioServerSocketChannel.class);
        case "epoll" -> new Kind(EpollIoHandler.newFactory(), EpollServerSocketChannel.class);
        case "io_uring" ->
            new Kind(IoUringIoHandler.newFactory(), IoUringServerSocketChannel.class);
        default -> throw new IllegalArgumentException(name);
      };
    }
  }

  public static void main(String[] args) throws InterruptedException {
    Kind kind;
    try {
      kind = Kind.of(args[0]);
    } catch (LinkageError missing) {
      Throwable reason = missing.getCause() == null ? missing : missing.getCause();
      System.out.println("not available here: " + reason.getMessage());
      System.exit(1);
      return;
    }
    new ServerBootstrap()
        .group(new MultiThreadIoEventLoopGroup(Integer.parseInt(args[2]), kind.loop()))
        .channel(kind.channel())
        .option(ChannelOption.SO_BACKLOG, 4096)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                channel.pipeline().addLast(NettyEchoHandler.THE_ONE);
              }
            })
        .bind("127.0.0.1", Integer.parseInt(args[1]))
        .sync()
        .channel()
        .closeFuture()
        .sync();
  }
}
