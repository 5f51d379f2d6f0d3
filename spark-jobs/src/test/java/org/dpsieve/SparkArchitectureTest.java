package org.dpsieve;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Which package may know which; the module map in docs/developers.md. */
@AnalyzeClasses(packages = "org.dpsieve", importOptions = ImportOption.DoNotIncludeTests.class)
class SparkArchitectureTest {
  /** From TensorFlow's own descriptions. */
  private static final String GENERATED = "org.dpsieve.model.format.proto";

  @ArchTest
  static final ArchRule onlySparkPackagesAndTheCommandLineKnowSpark =
      noClasses()
          .that()
          .resideOutsideOfPackages("org.dpsieve.spark..", "org.dpsieve.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..");

  @ArchTest
  static final ArchRule nobodyReachesUpToTheCommandLine =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.dpsieve.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.dpsieve.cli..");

  @ArchTest
  static final ArchRule theLoopNamesNoSparkStage =
      noClasses()
          .that()
          .resideInAPackage("org.dpsieve.loop..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.dpsieve.spark..");

  /** It measures what the others do; nothing that a run needs may move in there. */
  @ArchTest
  static final ArchRule theStudyIsARoomOfItsOwn =
      noClasses()
          .that()
          .resideOutsideOfPackages("org.dpsieve.spark.study..", "org.dpsieve.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.dpsieve.spark.study..");

  @ArchTest
  static final ArchRule noLabellerIsKnownToWhatAllLabellersShare =
      noClasses()
          .that()
          .resideInAPackage("org.dpsieve.label")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.dpsieve.label.*..");

  /** Above all: the file formats that dpdata's names stand for, and the list of styles. */
  @ArchTest
  static final ArchRule labellersHaveNoCycles =
      slices().matching("org.dpsieve.label.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule labellersKnowHowFilesAreReadAndNotWhatTheyMean =
      noClasses()
          .that()
          .resideInAPackage("org.dpsieve.label..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.dpsieve.config");

  @ArchTest
  static final ArchRule readingFilesKnowsNothingOfWhatTheyMean =
      noClasses()
          .that()
          .resideInAPackage("org.dpsieve.config.reading..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.dpsieve.config", "org.dpsieve.label..", "org.dpsieve.loop..");

  /** Who reads a name, or looks for it, need not ask which of them is meant. */
  @ArchTest
  static void noTwoTypesHaveOneName(JavaClasses classes) {
    Map<String, Set<String>> packages = new TreeMap<>();
    for (JavaClass type : classes) {
      if (type.isTopLevelClass() && !type.getPackageName().startsWith(GENERATED)) {
        packages
            .computeIfAbsent(type.getSimpleName(), name -> new TreeSet<>())
            .add(type.getPackageName());
      }
    }
    packages.remove("package-info");
    packages.values().removeIf(where -> where.size() == 1);
    assertThat(packages).isEmpty();
  }
}
