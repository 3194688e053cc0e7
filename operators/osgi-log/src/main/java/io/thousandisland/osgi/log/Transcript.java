// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.osgi.log;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;

/**
 * The entries of one log service, each once and in order: the entries that it has kept from before,
 * and then each new entry. Log services call their listeners later, on a thread of their own.
 *
 * <p>Thread: the log service's, and the threads that begin and end.
 */
final class Transcript implements LogListener {
  private final LogReaderService reader;
  private final Consumer<Line> writer;

  /** Entries that were written from the history and will still arrive. Guarded by this. */
  private final Set<Long> writtenBefore = new HashSet<>();

  /** The sequence of the newest entry written. Guarded by this. */
  private long newest = -1;

  /** Guarded by this. */
  private boolean ended;

  Transcript(LogReaderService reader, Consumer<Line> writer) {
    this.reader = reader;
    this.writer = writer;
  }

  /** Writes the history. An entry that arrives meanwhile waits until the history is written. */
  synchronized void begin() {
    reader.addLogListener(this);
    for (LogEntry entry : history()) {
      writtenBefore.add(entry.getSequence());
      write(entry);
    }
  }

  @Override
  public synchronized void logged(LogEntry entry) {
    boolean written = writtenBefore.remove(entry.getSequence());
    if (!ended && !written && !Lines.isTroubleOfTheFramework(entry)) {
      write(entry);
    }
  }

  /** Writes the entries that are logged and have not yet arrived. */
  synchronized void end() {
    ended = true;
    reader.removeLogListener(this);
    long last = newest;
    for (LogEntry entry : history()) {
      if (entry.getSequence() > last && !Lines.isTroubleOfTheFramework(entry)) {
        write(entry);
      }
    }
  }

  private void write(LogEntry entry) {
    newest = Math.max(newest, entry.getSequence());
    writer.accept(Lines.of(entry));
  }

  /** The entries that the log service has kept, the oldest first. */
  private List<LogEntry> history() {
    List<LogEntry> kept = new ArrayList<>(Collections.list(reader.getLog()));
    Collections.reverse(kept);
    return kept;
  }
}
