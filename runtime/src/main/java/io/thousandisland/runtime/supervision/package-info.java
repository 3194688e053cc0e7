// SPDX-License-Identifier: Apache-2.0
/**
 * Supervision: the order in which nodes are started, and what happens when a node crashes. Erlang's
 * supervisors, cut down to the needs of a server.
 *
 * <pre>
 *   Root                     keeps one node up, with backoff, until stopped
 *    └── Supervisor          starts its list in order, stops it in reverse, restarts within a budget
 *         ├── Node           whatever can be started and stopped, a Supervisor too
 *         └── Node
 *
 *   start, stop     run downwards, on the caller's thread, one at a time for each supervisor
 *   CrashReport.crashed   goes upwards, from any thread, and only leaves a report
 *   restarts        run on a platform thread of the supervisor that was told
 *   budget spent    the supervisor stops its children and crashes itself: one level up, same rules
 * </pre>
 *
 * <p>Locks are taken from the top of the tree downwards only, and a crash takes no lock. So a child
 * may crash while it is being started, stopped or restarted, and a stop may join the thread that is
 * just reporting its crash.
 *
 * <p>This room knows threads, not sockets, and neither OSGi nor the rest of this bundle: it imports
 * the JDK.
 */
@NullMarked
package io.thousandisland.runtime.supervision;

import org.jspecify.annotations.NullMarked;
