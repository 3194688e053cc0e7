// SPDX-License-Identifier: Apache-2.0
/** Metrics of the servers for OpenTelemetry. */
@NullMarked
package io.thousandisland.opentelemetry;

import org.jspecify.annotations.NullMarked;
