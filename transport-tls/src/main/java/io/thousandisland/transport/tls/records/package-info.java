// SPDX-License-Identifier: Apache-2.0
/** The bytes of one connection: records that come in, and records that go out. */
@NullMarked
package io.thousandisland.transport.tls.records;

import org.jspecify.annotations.NullMarked;
