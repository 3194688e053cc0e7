// SPDX-License-Identifier: Apache-2.0
/**
 * Which handler serves: generations of handlers, the threads that wait for a generation, and the
 * snapshot that a connection takes along from one handler to the next. This package uses {@code
 * signals} to wait, and knows no connection.
 *
 * <p>Thread: A generation is entered and left by any thread; a snapshot belongs to one connection.
 */
@NullMarked
package io.thousandisland.runtime.handlers;

import org.jspecify.annotations.NullMarked;
