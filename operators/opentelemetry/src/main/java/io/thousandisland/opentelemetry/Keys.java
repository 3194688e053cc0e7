// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.opentelemetry;

import io.opentelemetry.api.common.AttributeKey;

/**
 * The attributes of the metrics. Each has few values: names from configurations and bundles, never
 * a text of a peer.
 */
final class Keys {
  private Keys() {}

  static final AttributeKey<String> SERVER = AttributeKey.stringKey("thousandisland.server");
  static final AttributeKey<String> HANDLER = AttributeKey.stringKey("thousandisland.handler");
  static final AttributeKey<String> ENDING = AttributeKey.stringKey("thousandisland.ending");
  static final AttributeKey<String> LIMIT = AttributeKey.stringKey("thousandisland.limit");
  static final AttributeKey<String> CERTIFICATE =
      AttributeKey.stringKey("thousandisland.certificate");
  static final AttributeKey<String> CALLBACK = AttributeKey.stringKey("thousandisland.callback");
  static final AttributeKey<String> DRAIN_RESULT =
      AttributeKey.stringKey("thousandisland.drain.result");

  /** Of the semantic conventions: the class of the exception. */
  static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

  /** Of the semantic conventions: {@code receive} or {@code transmit}. */
  static final AttributeKey<String> DIRECTION = AttributeKey.stringKey("network.io.direction");
}
