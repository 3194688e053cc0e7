// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.peers;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Netty's usual echo handler, which stops reading while its peer does not. */
@Sharable
final class NettyEchoHandler extends ChannelInboundHandlerAdapter {

  static final NettyEchoHandler THE_ONE = new NettyEchoHandler();

  private NettyEchoHandler() {}

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    context.write(message, context.voidPromise());
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    context.channel().config().setAutoRead(context.channel().isWritable());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
