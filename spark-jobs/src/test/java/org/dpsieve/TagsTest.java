package org.dpsieve;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.dpsieve.testing.Chromium;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.Dispatcher;
import org.dpsieve.testing.Programs;
import org.dpsieve.testing.SlurmService;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Tags;

/** What {@code scripts/test --fast} goes by. */
@AnalyzeClasses(packages = "org.dpsieve", importOptions = ImportOption.OnlyIncludeTests.class)
class TagsTest {
  private static final Set<String> PROGRAMS =
      Set.of(
          DeepmdKit.class.getName(),
          Programs.class.getName(),
          Dispatcher.class.getName(),
          SlurmService.class.getName(),
          Chromium.class.getName());

  @ArchTest
  static final ArchRule testsWithRealProgramsSaySo =
      ArchRuleDefinition.classes()
          .that()
          .haveSimpleNameEndingWith("Test")
          .and(
              DescribedPredicate.describe(
                  "run real programs",
                  tests ->
                      tests.getMethodCallsFromSelf().stream()
                          .anyMatch(call -> PROGRAMS.contains(call.getTargetOwner().getName()))))
          .should(
              new ArchCondition<JavaClass>("be tagged 'peer', or some of their methods") {
                @Override
                public void check(JavaClass tests, ConditionEvents events) {
                  boolean tagged =
                      isPeer(tests.tryGetAnnotationOfType(Tag.class))
                          || tests.tryGetAnnotationOfType(Tags.class).stream()
                              .flatMap(tags -> Stream.of(tags.value()))
                              .anyMatch(tag -> isPeer(Optional.of(tag)))
                          || tests.getMethods().stream()
                              .anyMatch(m -> isPeer(m.tryGetAnnotationOfType(Tag.class)));
                  events.add(new SimpleConditionEvent(tests, tagged, tests.getName()));
                }
              });

  private static boolean isPeer(Optional<Tag> tag) {
    return tag.map(Tag::value).filter("peer"::equals).isPresent();
  }
}
