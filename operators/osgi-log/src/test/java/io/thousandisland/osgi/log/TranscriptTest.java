// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.osgi.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;

class TranscriptTest {

  /** A log reader that keeps all entries, and tells its listener when the test says so. */
  private static final class Reader implements LogReaderService {
    final List<LogEntry> newestFirst = new ArrayList<>();
    @Nullable LogListener listener;

    LogEntry log(LogEntry entry) {
      newestFirst.addFirst(entry);
      return entry;
    }

    @Override
    public void addLogListener(LogListener added) {
      listener = added;
    }

    @Override
    public void removeLogListener(LogListener removed) {
      listener = null;
    }

    @Override
    public Enumeration<LogEntry> getLog() {
      return Collections.enumeration(newestFirst);
    }
  }

  private final Reader reader = new Reader();
  private final List<String> written = new ArrayList<>();
  private final Transcript transcript = new Transcript(reader, line -> written.add(line.message()));

  @Test
  void entriesFromBeforeComeFirstTheOldestBeforeTheOthers() {
    reader.log(new Entry(1, "a"));
    reader.log(new Entry(2, "b"));

    transcript.begin();
    transcript.logged(reader.log(new Entry(3, "c")));

    assertThat(written).containsExactly("a", "b", "c");
  }

  @Test
  void entryThatIsKeptAndHeardIsWrittenOnce() {
    LogEntry both = reader.log(new Entry(1, "a"));

    transcript.begin();
    transcript.logged(both);

    assertThat(written).containsExactly("a");
  }

  @Test
  void entryThatIsNotHeardUntilTheEndIsWrittenThen() {
    transcript.begin();
    transcript.logged(reader.log(new Entry(1, "a")));
    LogEntry late = reader.log(new Entry(2, "b"));

    transcript.end();
    transcript.logged(late);

    assertThat(written).containsExactly("a", "b");
    assertThat(reader.listener).isNull();
  }

  /** From then on the framework itself reports its trouble, with the exception. */
  @Test
  void troubleOfTheFrameworkIsWrittenOnlyFromBefore() {
    reader.log(new Entry(1, LogLevel.ERROR, "Events.Framework.a", "before", null, null));
    transcript.begin();

    transcript.logged(new Entry(2, LogLevel.ERROR, "Events.Framework.a", "now", null, null));
    transcript.logged(new Entry(3, LogLevel.ERROR, "Events.Other", "other", null, null));

    assertThat(written).containsExactly("before", "other");
  }
}
