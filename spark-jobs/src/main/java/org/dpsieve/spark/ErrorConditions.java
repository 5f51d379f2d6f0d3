package org.dpsieve.spark;

import java.lang.reflect.Field;
import java.net.URL;
import java.util.List;
import org.apache.spark.ErrorClassesJsonReader;
import org.apache.spark.ErrorInfo;
import org.apache.spark.SparkThrowableHelper$;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.collection.immutable.Map;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Makes Spark know the conditions of {@link QueryProblem}: PySpark has Spark make the text of an
 * error by its condition ({@code e.getMessage()}, and what it logs), and Spark takes one that is
 * not in its list for a defect. There is a reader of such lists for others, and no place to hand it
 * to.
 */
final class ErrorConditions {
  private static final Logger LOG = LoggerFactory.getLogger(ErrorConditions.class);

  private ErrorConditions() {}

  /** Adds them to Spark's list; with a Spark of which the list is elsewhere nothing happens. */
  static void add() {
    try {
      ErrorClassesJsonReader sparks = SparkThrowableHelper$.MODULE$.errorReader();
      URL list = ErrorConditions.class.getResource("error-conditions.json");
      Map<String, ErrorInfo> ours =
          new ErrorClassesJsonReader(CollectionConverters.asScala(List.of(list)).toSeq())
              .errorInfoMap();
      Field known = ErrorClassesJsonReader.class.getDeclaredField("errorInfoMap");
      known.setAccessible(true);
      known.set(sparks, sparks.errorInfoMap().$plus$plus(ours));
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      LOG.info("Spark does not take conditions of others: {}", e.toString());
    }
  }
}
