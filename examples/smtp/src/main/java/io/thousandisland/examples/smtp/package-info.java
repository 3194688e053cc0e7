// SPDX-License-Identifier: Apache-2.0
/** An SMTP server that receives mail: it keeps each message in a file, or drops it. */
@NullMarked
package io.thousandisland.examples.smtp;

import org.jspecify.annotations.NullMarked;
