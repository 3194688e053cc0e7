// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * A client by Netty, with a thread of its own. It checks the server's name, as Netty does by
 * default.
 *
 * <p>Thread: the test's.
 */
final class NettyClient implements AutoCloseable {

  private static final int PATIENCE_SECONDS = 20;

  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final SslHandler tls;
  private final Channel channel;

  /** Filled by Netty's thread; an empty array is the end. */
  private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();

  /** Whether a close_notify came before the end. Completed by Netty's thread. */
  private final CompletableFuture<Boolean> closeNotify = new CompletableFuture<>();

  /** Connects; {@link #handshake} waits for TLS. */
  NettyClient(SslContext context, String name, int port) throws InterruptedException {
    var bootstrap =
        new Bootstrap().group(loop).channel(NioSocketChannel.class).handler(new Receiver());
    channel = bootstrap.connect(InetAddress.getLoopbackAddress(), port).sync().channel();
    tls = context.newHandler(channel.alloc(), name, port);
    channel.pipeline().addFirst(tls);
  }

  /** Notes all that comes. */
  private final class Receiver extends SimpleChannelInboundHandler<ByteBuf> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf data) {
      if (data.isReadable()) {
        received.add(ByteBufUtil.getBytes(data));
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof SslCloseCompletionEvent end) {
        boolean unused = closeNotify.complete(end.isSuccess());
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      received.add(new byte[0]);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, @Nullable Throwable cause) {} // told
  }

  /** Waits for the end of the handshake, and throws its failure. */
  SSLSession handshake() {
    var unused = tls.handshakeFuture().syncUninterruptibly();
    return tls.engine().getSession();
  }

  /** The protocol that ALPN has chosen, or null. */
  @Nullable String applicationProtocol() {
    return tls.applicationProtocol();
  }

  /** Sends without waiting, each call in records of its own. */
  void send(byte[] bytes) {
    var unused = channel.writeAndFlush(Unpooled.wrappedBuffer(bytes));
  }

  /** As many bytes as asked for, or fewer at the end. */
  byte[] receive(int length) throws InterruptedException, TimeoutException {
    var all = new ByteArrayOutputStream();
    while (all.size() < length) {
      byte[] next = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (next == null) {
        throw new TimeoutException("nothing came after " + all.size() + " bytes");
      }
      if (next.length == 0) {
        break;
      }
      all.writeBytes(next);
    }
    return all.toByteArray();
  }

  String receiveAll() throws InterruptedException, TimeoutException {
    return new String(receive(Integer.MAX_VALUE), UTF_8);
  }

  /** Whether the server's end was announced by a close_notify. */
  boolean hasHadCloseNotify() throws Exception {
    return closeNotify.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Ends its own direction by a close_notify. */
  void halfClose() {
    tls.closeOutbound().syncUninterruptibly();
  }

  /** Ends its own direction of TCP, without a close_notify. */
  void truncate() {
    ((SocketChannel) channel).shutdownOutput().syncUninterruptibly();
  }

  /** Ends both directions by a close_notify. */
  void closeOrderly() {
    channel.close().syncUninterruptibly();
  }

  @Override
  public void close() {
    closeOrderly();
    loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
