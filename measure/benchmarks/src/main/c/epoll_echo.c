// SPDX-License-Identifier: Apache-2.0
// The yardstick: the plainest fast echo server. One thread, level-triggered epoll.   epoll_echo PORT
// What the peer does not take yet is kept, and reading pauses until it is gone.
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

struct rest { char *bytes; int from, to; };  // what could not be written, by descriptor

static int epoll, on = 1;
static struct rest *rests;

static void watch(int operation, int fd, int events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  epoll_ctl(epoll, operation, fd, &event);
}

static void end(int fd) {
  free(rests[fd].bytes);
  rests[fd].bytes = NULL;
  close(fd);
}

static void accept_all(int listener) {
  for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(EPOLL_CTL_ADD, fd, EPOLLIN);
  }
}

static void echo(int fd) {
  static char buffer[65536];
  int got = read(fd, buffer, sizeof buffer);
  if (got <= 0) {
    if (got == 0 || errno != EAGAIN) end(fd);
    return;
  }
  int put = write(fd, buffer, got);
  if (put == got) return;
  if (put < 0 && errno != EAGAIN) return end(fd);
  if (put < 0) put = 0;
  rests[fd] = (struct rest){malloc(got - put), 0, got - put};
  memcpy(rests[fd].bytes, buffer + put, got - put);
  watch(EPOLL_CTL_MOD, fd, EPOLLOUT);
}

static void write_rest(int fd) {
  struct rest *rest = &rests[fd];
  int put = write(fd, rest->bytes + rest->from, rest->to - rest->from);
  if (put < 0) {
    if (errno != EAGAIN) end(fd);
    return;
  }
  if ((rest->from += put) < rest->to) return;
  free(rest->bytes);
  rest->bytes = NULL;
  watch(EPOLL_CTL_MOD, fd, EPOLLIN);
}

int main(int argc, char **argv) {
  signal(SIGPIPE, SIG_IGN);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  rests = calloc(files.rlim_max, sizeof *rests);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 7007)};
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (!rests || bind(listener, (void *)&at, sizeof at) || listen(listener, 4096)) return perror("listen"), 1;
  epoll = epoll_create1(0);
  watch(EPOLL_CTL_ADD, listener, EPOLLIN);
  struct epoll_event ready[256];
  for (;;) {
    int n = epoll_wait(epoll, ready, 256, -1);
    for (int i = 0; i < n; i++) {
      int fd = ready[i].data.fd;
      if (fd == listener) accept_all(fd);
      else if (rests[fd].bytes) write_rest(fd);
      else echo(fd);
    }
  }
}
