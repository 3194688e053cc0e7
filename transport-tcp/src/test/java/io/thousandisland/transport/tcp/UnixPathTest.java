// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.PathAccess;
import io.thousandisland.transport.tcp.endpoint.TcpOptions;
import java.io.IOException;
import java.net.BindException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Row L5: the path of a Unix socket, its rights, and what may be there already. */
@EnabledOnOs({OS.LINUX, OS.MAC})
@Timeout(60)
class UnixPathTest {

  private static final PathAccess OWN =
      access(Optional.of("rw-------"), Optional.empty(), Optional.empty());

  @TempDir Path folder;

  private final TcpTransport transport = new TcpTransport();

  @AfterEach
  void stop() throws IOException {
    transport.stop();
  }

  private static PathAccess access(
      Optional<String> permissions, Optional<String> owner, Optional<String> group) {
    return new PathAccess(permissions.map(PosixFilePermissions::fromString), owner, group);
  }

  private Path path() {
    return folder.resolve("s");
  }

  private ListeningChannel listen(Path path, PathAccess access) throws IOException {
    var at = new ListenAt(UnixDomainSocketAddress.of(path), 8, Map.of(), access);
    ListeningChannel listening = transport.listen(at);
    listening.start(() -> {});
    return listening;
  }

  private ListeningChannel listen() throws IOException {
    return listen(path(), PathAccess.DEFAULT);
  }

  /** Leaves a socket at the path, as a process does that is killed. */
  private void leaveStale() throws IOException {
    try (var dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(path()));
    }
    assertThat(path()).exists();
  }

  private void assertServes(ListeningChannel listening) throws IOException {
    try (var client = SocketChannel.open(UnixDomainSocketAddress.of(path()));
        var accepted = Objects.requireNonNull(listening.accept())) {
      assertThat(client.isConnected()).isTrue();
      assertThat(accepted.localAddress()).isEqualTo(UnixDomainSocketAddress.of(path()));
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    }
  }

  // ---- what is there already

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void l5PathOfADeadServerIsReused(boolean rights) throws Exception {
    leaveStale();
    try (var listening = listen(path(), rights ? OWN : PathAccess.DEFAULT)) {
      assertServes(listening);
      assertThat(files()).containsExactly(path());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void l5PathOfALivingServerIsNot(boolean rights) throws Exception {
    try (var living = listen()) {
      assertThatThrownBy(() -> listen(path(), rights ? OWN : PathAccess.DEFAULT))
          .isInstanceOf(BindException.class)
          .hasMessage("Address already in use: a server listens at unix:" + path());
      Objects.requireNonNull(living.accept()).close(); // the look at it
      assertServes(living);
      assertThat(files()).containsExactly(path());
    }
  }

  @Test
  void l5PathOfALivingServerWhoseQueueIsFullIsNot() throws Exception {
    var clients = new ArrayList<SocketChannel>();
    try (var living = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      living.bind(UnixDomainSocketAddress.of(path()), 1);
      fill(clients);
      assertThatThrownBy(this::listen)
          .isInstanceOf(BindException.class)
          .hasMessageContaining("unix:" + path() + " is in use");
      assertThat(path()).exists();
    } finally {
      for (SocketChannel client : clients) {
        client.close();
      }
    }
  }

  private void fill(List<SocketChannel> clients) throws IOException {
    while (true) {
      SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
      clients.add(client);
      client.configureBlocking(false);
      try {
        client.connect(UnixDomainSocketAddress.of(path()));
      } catch (IOException full) {
        return;
      }
    }
  }

  @Test
  void l5OrdinaryFilesFoldersAndLinksStay() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "precious");
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    Path dangling = Files.createSymbolicLink(folder.resolve("dangling"), folder.resolve("none"));
    Path inner = Files.createDirectory(folder.resolve("inner"));
    for (Path taken : List.of(file, link, dangling, inner)) {
      for (PathAccess access : List.of(PathAccess.DEFAULT, OWN)) {
        assertThatThrownBy(() -> listen(taken, access))
            .isInstanceOf(BindException.class)
            .hasMessage("unix:" + taken + " is there already, and is no socket");
      }
    }
    assertThat(file).hasContent("precious");
    assertThat(files()).containsExactlyInAnyOrder(file, link, dangling, inner);
  }

  /** Both find the same stale path. */
  @Test
  void l5OneOfTwoServersGetsAStalePath() throws Exception {
    int servers = 2;
    var together = new CyclicBarrier(servers);
    try (var threads = Executors.newFixedThreadPool(servers)) {
      for (int round = 0; round < 100; round++) {
        leaveStale();
        Callable<Optional<ListeningChannel>> start =
            () -> {
              together.await();
              try {
                return Optional.of(listen());
              } catch (BindException lost) {
                return Optional.empty();
              }
            };
        List<Future<Optional<ListeningChannel>>> all =
            threads.invokeAll(Stream.generate(() -> start).limit(servers).toList());
        var won = new ArrayList<ListeningChannel>();
        for (Future<Optional<ListeningChannel>> one : all) {
          one.get().ifPresent(won::add);
        }
        assertThat(won).hasSize(1);
        try (ListeningChannel winner = won.getFirst()) {
          for (var probe = winner.accept(); probe != null; probe = winner.accept()) {
            probe.close(); // the looks of the others
          }
          assertServes(winner);
        }
        assertThat(files()).isEmpty();
      }
    }
  }

  // ---- the end

  @Test
  void l5PathIsRemovedAtTheEnd() throws Exception {
    listen().close();
    assertThat(files()).isEmpty();
    var listening = listen(path(), OWN);
    transport.stop();
    assertThat(listening.isOpen()).isFalse();
    assertThat(files()).isEmpty();
  }

  @Test
  void l5PathThatSomebodyElseHasTakenMeanwhileStays() throws Exception {
    var listening = listen();
    Files.delete(path());
    try (var other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      other.bind(UnixDomainSocketAddress.of(path()));
      listening.close();
      assertThat(path()).exists();
    }
  }

  @Test
  void l5PathThatSomebodyElseHasRemovedIsNoTroubleAtTheEnd() throws Exception {
    var listening = listen();
    Files.delete(path());
    listening.quiesce();
    listening.close();
    assertThat(listening.isOpen()).isFalse();
  }

  /** The transport stops between the bind and the registration. */
  @Test
  void l5PathIsRemovedWhenTheTransportStopsMeanwhile() throws Exception {
    Places stopped = transport.places();
    transport.stop();
    long before = sockets();
    var at = new ListenAt(UnixDomainSocketAddress.of(path()), 8, Map.of());
    for (int i = 0; i < TRIES; i++) {
      assertThatThrownBy(
              () ->
                  TcpListeningChannel.open(
                      at, TcpOptions.of(Map.of(), at.address()), false, stopped))
          .isInstanceOf(IOException.class)
          .hasMessage("tcp transport has been stopped");
    }
    assertThat(files()).isEmpty();
    assertThat(sockets()).isLessThan(before + TRIES);
  }

  @Test
  void clientsThatWaitAreTakenBeforeTheClose() throws Exception {
    var listening = listen();
    try (var client = SocketChannel.open(UnixDomainSocketAddress.of(path()))) {
      listening.quiesce();
      assertThat(files()).isEmpty();
      Objects.requireNonNull(listening.accept()).close();
      assertThat(client.isConnected()).isTrue();
      assertThat(listening.accept()).isNull();
      listening.close();
    }
  }

  private static final int TRIES = 20;

  /** The sockets that this process has open; others may come and go. */
  private static long sockets() throws IOException {
    Path open = Path.of("/proc/self/fd");
    if (!Files.exists(open)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(open)) {
      return all.filter(UnixPathTest::isSocket).count();
    }
  }

  private static boolean isSocket(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
    } catch (IOException closed) {
      return false;
    }
  }

  @Test
  void l5QueueOfClientsIsAsLongAsAskedFor() throws Exception {
    var clients = new ArrayList<SocketChannel>();
    var at = new ListenAt(UnixDomainSocketAddress.of(path()), 3, Map.of());
    try (var listening = transport.listen(at)) {
      fill(clients);
      assertThat(listening.isOpen()).isTrue();
      assertThat(clients).as("clients, the refused one included").hasSizeBetween(4, 6);
    } finally {
      for (SocketChannel client : clients) {
        client.close();
      }
    }
  }

  // ---- rights

  @Test
  void permissionsAreThoseAskedForFromTheFirstMoment() throws Exception {
    try (var listening = listen(path(), OWN)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path())))
          .isEqualTo("rw-------");
      assertThat(Files.getOwner(path(), LinkOption.NOFOLLOW_LINKS))
          .isEqualTo(Files.getOwner(folder));
      assertServes(listening);
      assertThat(files()).containsExactly(path());
    }
  }

  @Test
  void ownGroupAndOwnerMayBeNamed() throws Exception {
    String user = Files.getOwner(folder).getName();
    String group = String.valueOf(Files.getAttribute(folder, "posix:group"));
    try (var listening =
        listen(path(), access(Optional.empty(), Optional.of(user), Optional.of(group)))) {
      assertServes(listening);
    }
  }

  @Test
  void l5OwnerAndGroupAreThoseAskedFor() throws Exception {
    assumeTrue(Files.getOwner(folder).getName().equals("root"), "only root gives files away");
    String group = otherGroup();
    try (var listening =
        listen(
            path(), access(Optional.of("rw-rw----"), Optional.of("nobody"), Optional.of(group)))) {
      var all = Files.readAttributes(path(), PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      assertThat(all.owner().getName()).isEqualTo("nobody");
      assertThat(all.group().getName()).isEqualTo(group);
      assertThat(PosixFilePermissions.toString(all.permissions())).isEqualTo("rw-rw----");
      assertServes(listening);
    }
  }

  /** A group that new files do not have. */
  private String otherGroup() throws IOException {
    String own = String.valueOf(Files.getAttribute(folder, "posix:group"));
    return Stream.of("daemon", "bin", "users").filter(each -> !each.equals(own)).findFirst().get();
  }

  @Test
  void l5SocketsThatCannotHaveTheirRightsAreClosed() throws Exception {
    long before = sockets();
    for (int i = 0; i < TRIES; i++) {
      assertThatThrownBy(
              () ->
                  listen(
                      path(), access(Optional.empty(), Optional.empty(), Optional.of("none-such"))))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(sockets()).isLessThan(before + TRIES);
  }

  @Test
  void unknownOwnersAndGroupsAreRefusedByName() throws Exception {
    assertThatThrownBy(
            () ->
                listen(
                    path(), access(Optional.empty(), Optional.of("nobody-here"), Optional.empty())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("unixOwner is nobody-here; allowed: a user of this system");
    assertThatThrownBy(
            () ->
                listen(
                    path(), access(Optional.empty(), Optional.empty(), Optional.of("none-such"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("unixGroup is none-such; allowed: a group of this system");
    assertThat(files()).isEmpty();
  }

  // ---- paths that cannot be had

  @Test
  void l5PathThatIsTooLongIsRefusedWithItsLength() {
    assertThat(folder.toString()).hasSizeLessThan(90);
    Path longest = folder.resolve("x".repeat(105 - folder.toString().length()));
    Path longer = folder.resolve("x".repeat(106 - folder.toString().length()));
    assertThat(longest.toString()).hasSize(106);
    assertThat(listens(longest)).isTrue();
    assertThatThrownBy(() -> listen(longer, PathAccess.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the path of a Unix socket has 107 bytes; allowed: 106 (unix:%s)".formatted(longer));
  }

  private boolean listens(Path path) {
    try (var listening = listen(path, PathAccess.DEFAULT)) {
      return listening.isOpen();
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void folderThatIsNotThereIsNamed() {
    Path nowhere = folder.resolve("nowhere").resolve("s");
    assertThatThrownBy(() -> listen(nowhere, PathAccess.DEFAULT))
        .isInstanceOf(BindException.class)
        .hasMessage("unix:" + nowhere + ": its folder does not exist");
  }

  @Test
  void l5FolderThatIsTooLongIsRefusedWithItsLength() throws Exception {
    Path deep = folder.resolve("x".repeat(98 - folder.toString().length()));
    Files.createDirectory(deep);
    assertThatThrownBy(() -> listen(deep.resolve("s"), PathAccess.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the folder of a Unix socket has 99 bytes; allowed: 98");
    assertThat(deep).isEmptyDirectory();
  }
}
