package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.SmallRun;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Spark's page shows of a run: few jobs, each with a description. */
@Tag("slow")
class SparkJobsTest {
  @TempDir private Path folder;

  @Test
  void anIterationIsFewJobsThatSayWhatTheyDo() throws Exception {
    Path simplify =
        SmallRun.simplify(folder.resolve("simplify.json"), 10, "\"max_iter\": 3", "Ag8", "Ag4Au4");
    SparkSession spark = LocalSpark.session();
    List<String> jobs = new ArrayList<>();
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onJobStart(SparkListenerJobStart job) {
            jobs.add(job.properties().getProperty("spark.job.description"));
          }
        };
    spark.sparkContext().addSparkListener(listener);
    try {
      for (int call = 0; call < 2; call++) {
        jobs.clear();
        new Terminal()
            .succeed("iterate", simplify, SmallRun.machine(), "--workdir", folder.resolve("run"));
        spark.sparkContext().listenerBus().waitUntilEmpty();
        String all =
            jobs.size()
                + " jobs:\n"
                + String.join("\n", jobs.stream().map(String::valueOf).toList());
        assertThat(jobs).as(all).hasSizeLessThanOrEqualTo(40).doesNotContainNull();
        assertThat(jobs).allMatch(job -> job.matches("(iteration|report|result).*: .+"));
      }
    } finally {
      spark.sparkContext().removeSparkListener(listener);
    }
  }
}
