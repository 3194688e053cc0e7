// SPDX-License-Identifier: Apache-2.0
/**
 * How threads wait and are woken: the reasons and deadlines of one thread or one connection, and
 * waiting that no interrupt cuts short. It uses only the JDK and the transport's interfaces.
 *
 * <p>Thread: Each class says which thread may wait and which may wake.
 */
@NullMarked
package io.thousandisland.runtime.signals;

import org.jspecify.annotations.NullMarked;
