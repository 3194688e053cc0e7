// SPDX-License-Identifier: Apache-2.0
/** Echo, RFC 862: the smallest real handler. */
@NullMarked
package io.thousandisland.handlers.echo;

import org.jspecify.annotations.NullMarked;
