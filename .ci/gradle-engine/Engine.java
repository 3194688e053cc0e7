// SPDX-License-Identifier: Apache-2.0
import java.io.File;
import java.util.ArrayList;
import java.util.HashMap;
import org.gradle.api.internal.StartParameterInternal;
import org.gradle.api.logging.LogLevel;
import org.gradle.initialization.DefaultBuildCancellationToken;
import org.gradle.initialization.DefaultBuildRequestContext;
import org.gradle.initialization.DefaultBuildRequestMetaData;
import org.gradle.initialization.NoOpBuildEventConsumer;
import org.gradle.internal.buildprocess.BuildProcessState;
import org.gradle.internal.classpath.ClassPath;
import org.gradle.internal.instrumentation.agent.AgentStatus;
import org.gradle.internal.logging.services.DefaultLoggingManagerFactory;
import org.gradle.internal.logging.services.LoggingServiceRegistry;
import org.gradle.internal.nativeintegration.services.NativeServices;
import org.gradle.launcher.exec.BuildExecutor;
import org.gradle.launcher.exec.DefaultBuildActionParameters;
import org.gradle.tooling.internal.provider.action.ExecuteBuildAction;

/** Runs one Gradle build in this process: the part of Gradle's command line that is needed here. */
final class Engine {

  /** Takes the folder of this Gradle, then tasks, {@code -x TASK} and {@code -PNAME=VALUE} as Gradle does. */
  public static void main(String[] args) {
    var gradle = new File(args[0]);
    var home = new File(gradle, "home"); // the user's home of Gradle, with what it has downloaded
    var current = new File("").getAbsoluteFile();
    var logging = LoggingServiceRegistry.newCommandLineProcessLogging();
    NativeServices.initializeOnDaemon(home, NativeServices.NativeServicesMode.ENABLED);
    var output = logging.get(DefaultLoggingManagerFactory.class).create();
    output.setLevelInternal(LogLevel.LIFECYCLE);
    output.captureSystemSources();
    output.attachSystemOutAndErr();
    output.start();

    var start = start(args);
    start.setCurrentDir(current);
    start.setGradleUserHomeDir(home);
    start.addInitScript(new File(gradle, "init.gradle"));
    var natives = NativeServices.getInstance();
    boolean failed;
    try (var state =
        new BuildProcessState(true, AgentStatus.disabled(), ClassPath.EMPTY, logging, natives)) {
      var result =
          state
              .getServices()
              .get(BuildExecutor.class)
              .execute(
                  new ExecuteBuildAction(start),
                  new DefaultBuildActionParameters(
                      System.getProperties(), System.getenv(), current, LogLevel.LIFECYCLE, false, ClassPath.EMPTY),
                  new DefaultBuildRequestContext(
                      new DefaultBuildRequestMetaData(System.currentTimeMillis()),
                      new DefaultBuildCancellationToken(),
                      new NoOpBuildEventConsumer()));
      failed = result.hasFailure();
    }
    output.stop();
    System.exit(failed ? 1 : 0);
  }

  private static StartParameterInternal start(String[] args) {
    var tasks = new ArrayList<String>();
    var without = new ArrayList<String>();
    var properties = new HashMap<String, String>();
    for (int i = 1; i < args.length; i++) {
      if (args[i].startsWith("-P") && args[i].contains("=")) {
        int equals = args[i].indexOf('=');
        properties.put(args[i].substring(2, equals), args[i].substring(equals + 1));
      } else if (args[i].equals("-x") && i + 1 < args.length) {
        i++;
        without.add(args[i]);
      } else if (args[i].startsWith("-")) {
        throw new IllegalArgumentException(
            args[i] + " is no option here; allowed: -PNAME=VALUE, and -x TASK");
      } else {
        tasks.add(args[i]);
      }
    }
    var start = new StartParameterInternal();
    start.setTaskNames(tasks);
    start.setExcludedTaskNames(without);
    start.setProjectProperties(properties);
    return start;
  }
}
