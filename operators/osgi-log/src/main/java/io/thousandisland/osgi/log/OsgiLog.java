// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.osgi.log;

import java.time.InstantSource;
import java.util.function.Consumer;
import org.osgi.annotation.bundle.Header;
import org.osgi.annotation.bundle.Requirement;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.log.LogReaderService;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the log of every log service to SLF4J, for as long as both are there. It uses no
 * Declarative Services, because their own troubles are among the entries to write.
 *
 * <p>Thread: any thread that registers a service.
 */
@Header(name = Constants.BUNDLE_ACTIVATOR, value = "${@class}")
@Requirement(
    namespace = "osgi.service",
    filter = "(objectClass=org.osgi.service.log.LogReaderService)",
    effective = "active")
public final class OsgiLog implements BundleActivator {
  private static final Logger LOG = LoggerFactory.getLogger(OsgiLog.class);

  /** Set by start. The framework does not start and stop a bundle at the same time. */
  @SuppressWarnings("NullAway.Init")
  private ServiceTracker<LogReaderService, Transcript> readers;

  @Override
  public void start(BundleContext context) {
    Consumer<Line> writer = new Guarded(new Repeats(InstantSource.system(), Line::write));
    context.addFrameworkListener(event -> writer.accept(Lines.of(event)));
    readers =
        new ServiceTracker<>(context, LogReaderService.class, null) {
          @Override
          public Transcript addingService(ServiceReference<LogReaderService> reference) {
            var transcript = new Transcript(context.getService(reference), writer);
            transcript.begin();
            return transcript;
          }

          @Override
          public void removedService(
              ServiceReference<LogReaderService> reference, Transcript transcript) {
            transcript.end();
            context.ungetService(reference);
          }
        };
    readers.open();
    if (readers.isEmpty()) {
      LOG.warn(
          "There is no OSGi log service (org.osgi.service.log.LogReaderService). Lines that bundles"
              + " log through OSGi are not written until one comes.");
    }
  }

  @Override
  public void stop(BundleContext context) {
    readers.close();
  }
}
