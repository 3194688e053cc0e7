// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.transport.TransportSocket;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Row K5: the facts and the operations of a socket are those of the socket below. */
class LayerTest {

  private final List<String> calls = new ArrayList<>();

  private static Stream<Method> operations() {
    return Arrays.stream(TransportSocket.class.getMethods())
        .filter(each -> !Modifier.isStatic(each.getModifiers()));
  }

  /** An answer that no default method gives. */
  private static @Nullable Object answer(Class<?> type) {
    if (type == boolean.class) {
      return true;
    } else if (type == int.class) {
      return 7;
    } else if (type == long.class) {
      return 8L;
    } else if (type == Optional.class) {
      return Optional.of("nine");
    } else if (type == List.class) {
      return List.of("ten");
    } else if (type == SocketAddress.class) {
      return new InetSocketAddress("192.0.2.1", 11);
    }
    return type == Object.class ? "twelve" : null;
  }

  private static @Nullable Object argument(Class<?> type) {
    return type == int.class || type == long.class ? answer(type) : null;
  }

  private static String text(Method called, @Nullable Object @Nullable [] arguments) {
    return called.getName()
        + Arrays.toString(called.getParameterTypes())
        + Arrays.toString(Objects.requireNonNullElse(arguments, new Object[0]));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void k5LayerHandsEachOperationDownAsItIs(Method operation) throws Exception {
    var below =
        (TransportSocket)
            Proxy.newProxyInstance(
                TransportSocket.class.getClassLoader(),
                new Class<?>[] {TransportSocket.class},
                (proxy, called, arguments) -> {
                  calls.add(text(called, arguments));
                  return answer(called.getReturnType());
                });
    @Nullable Object[] arguments =
        Arrays.stream(operation.getParameterTypes()).map(LayerTest::argument).toArray();
    Object answer = operation.invoke(new Layer(below) {}, arguments);
    assertThat(calls).containsExactly(text(operation, arguments));
    assertThat(answer).isEqualTo(answer(operation.getReturnType()));
  }
}
