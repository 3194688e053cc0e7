package io.thousandisland.runtime;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Arrows between rooms run one way: component → server → supervision, and all → api. */
@AnalyzeClasses(
    packages = "io.thousandisland",
    importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {

  @ArchTest
  static final ArchRule supervisionKnowsThreadsOnly =
      noClasses()
          .that()
          .resideInAPackage("..runtime.supervision..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.net..",
              "java.nio.channels..",
              "org.osgi..",
              "io.thousandisland.handler..",
              "io.thousandisland.transport..",
              "io.thousandisland.server..",
              "io.thousandisland.telemetry..",
              "..runtime.server..",
              "..runtime.component..");

  @ArchTest
  static final ArchRule serverKnowsNoOsgiAndNoSelectors =
      noClasses()
          .that()
          .resideInAPackage("..runtime.server..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.osgi..", "..runtime.component..", "io.thousandisland.transport.tcp..")
          .orShould()
          .dependOnClassesThat()
          .haveNameMatching("java\\.nio\\.channels\\.(Selector|SelectionKey|SocketChannel)");

  @ArchTest
  static final ArchRule apiKnowsNobody =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.thousandisland.handler..",
              "io.thousandisland.transport",
              "io.thousandisland.server..",
              "io.thousandisland.telemetry..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.thousandisland.runtime..", "io.thousandisland.transport.tcp..");
}
