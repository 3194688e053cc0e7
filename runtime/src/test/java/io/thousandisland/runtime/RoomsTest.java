// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Collectors;

/** Arrows between rooms run downwards, and from all of them to the api. */
@AnalyzeClasses(
    packages = "io.thousandisland",
    importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {

  private static final String RUNTIME = "io.thousandisland.runtime.";

  /** The rooms from the top: a room may use the rooms that stand below it. */
  private static final List<String> ROOMS =
      List.of(
          "component",
          "choice",
          "absence",
          "configuration",
          "server",
          "listening",
          "drain",
          "connection",
          "wire",
          "shared",
          "admission",
          "handlers",
          "signals",
          "proxy",
          "settings",
          "supervision");

  /** A room with more files is two rooms. */
  private static final int MOST_FILES = 16;

  private static String[] packages(List<String> rooms) {
    return rooms.stream().map(room -> RUNTIME + room).toArray(String[]::new);
  }

  @ArchTest
  static void everyRoomUsesOnlyThoseBelow(JavaClasses classes) {
    for (int i = 1; i < ROOMS.size(); i++) {
      noClasses()
          .that()
          .resideInAPackage(RUNTIME + ROOMS.get(i))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(packages(ROOMS.subList(0, i)))
          .check(classes);
    }
  }

  @ArchTest
  static void everyRoomHasItsPlaceInTheListAndIsSmall(JavaClasses classes) {
    var files =
        classes.stream()
            .filter(each -> each.getPackageName().startsWith(RUNTIME))
            .filter(JavaClass::isTopLevelClass)
            .filter(each -> !each.getSimpleName().equals("package-info"))
            .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));
    assertThat(files.keySet()).containsExactlyInAnyOrder(packages(ROOMS));
    assertThat(files).allSatisfy((room, size) -> assertThat(size).isLessThanOrEqualTo(MOST_FILES));
  }

  @ArchTest
  static final ArchRule noRoomsGoRoundInACircle =
      slices().matching("io.thousandisland.(**)").should().beFreeOfCycles();

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
              "io.thousandisland.telemetry..");

  @ArchTest
  static final ArchRule theTreeKnowsNoOsgiAndNoSelectors =
      noClasses()
          .that()
          .resideInAnyPackage(packages(ROOMS.subList(ROOMS.indexOf("server"), ROOMS.size())))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.osgi..", "io.thousandisland.transport.tcp..")
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
