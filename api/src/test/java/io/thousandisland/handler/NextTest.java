// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NextTest {

  private static final Map<String, Object> OPTIONS =
      Map.of("keyPassword", "s3cret", "certificate", "cert.pem");

  @Test
  void c6OptionsOfATransportAreShownByNameAndNeverByValue() {
    var next = Next.switchTransport("tls", OPTIONS, "greeted");

    assertThat(next.toString())
        .contains("tls", "[certificate, keyPassword]", "greeted")
        .doesNotContain("s3cret", "cert.pem");
    assertThat(next.within(Duration.ofSeconds(1)).toString()).doesNotContain("s3cret");
  }

  @Test
  void optionsOfATransportArriveThoughTheyAreNotShown() {
    var next =
        Next.switchTransport("tls", OPTIONS, "greeted").withReadTimeout(Duration.ofSeconds(1));

    assertThat(next.options()).isEqualTo(OPTIONS);
    assertThat(next.readTimeout()).isEqualTo(new ReadTimeout.Always(Duration.ofSeconds(1)));
  }
}
