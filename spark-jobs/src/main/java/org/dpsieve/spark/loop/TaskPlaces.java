package org.dpsieve.spark.loop;

import java.util.ArrayList;
import java.util.List;
import org.dpsieve.config.MachineConfig;
import org.dpsieve.config.RunConfig;
import org.dpsieve.config.TrainConfig;
import org.dpsieve.label.Labeller;
import org.dpsieve.label.TaskLabeller;
import org.dpsieve.loop.Workdir;

/** Whether tasks can have their folders where a run lives. */
final class TaskPlaces {
  private TaskPlaces() {}

  /** Steps whose tasks need folders of this machine, where the run has none. */
  static List<String> problems(Workdir workdir, RunConfig config, Labeller labeller) {
    if (!workdir.isElsewhere()) {
      return List.of();
    }
    List<String> problems = new ArrayList<>();
    TrainConfig train = config.simplify().train();
    if (train.dp().isPresent()) {
      problems.add(problem(workdir, "train (engine dp)", config.machine().train()));
    }
    if (train.finalSteps().isPresent()) {
      problems.add(problem(workdir, "final_training", config.machine().train()));
    }
    if (labeller instanceof TaskLabeller) {
      String style = config.simplify().label().style().key();
      problems.add(problem(workdir, "fp (fp_style " + style + ")", config.machine().fp()));
    }
    return problems;
  }

  private static String problem(Workdir workdir, String step, MachineConfig.Section section) {
    return "%s: its tasks%s are programs in folders, which cannot lie in %s; name a folder of a file system that is mounted with --workdir"
        .formatted(
            step,
            section.node().map(node -> " (backend " + node.backend().key() + ")").orElse(""),
            workdir.root());
  }
}
