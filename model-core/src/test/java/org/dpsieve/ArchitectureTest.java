package org.dpsieve;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which package may know which; the module map in docs/developers.md. */
@AnalyzeClasses(packages = "org.dpsieve", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule coreKnowsNoSpark =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "scala..");

  @ArchTest
  static final ArchRule nativeAlgebraStaysInTheKernelsAndTheSolver =
      noClasses()
          .that()
          .resideOutsideOfPackages("org.dpsieve.kernel.nd4j..", "org.dpsieve.outputlayer..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.nd4j..", "org.bytedeco..");

  @ArchTest
  static final ArchRule kernelsNeverReachFiles =
      noClasses()
          .that()
          .resideInAPackage("org.dpsieve.kernel..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.dpsieve.io..", "org.dpsieve.model.format..");

  @ArchTest
  static final ArchRule framesAreRecordsWithoutFiles =
      noClasses()
          .that()
          .resideInAPackage("org.dpsieve.frame..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.dpsieve.io..",
              "org.dpsieve.model..",
              "org.dpsieve.kernel..",
              "org.dpsieve.infer..");

  @ArchTest
  static final ArchRule graphsAreARoomOfTheirOwn =
      noClasses()
          .that()
          .resideInAPackage("org.dpsieve.model.format.graph..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.dpsieve.model.format");

  @ArchTest
  static final ArchRule onlyModelFilesKnowsGraphs =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.dpsieve.model.format..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.dpsieve.model.format.graph..");
}
