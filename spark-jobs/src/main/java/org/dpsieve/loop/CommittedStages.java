package org.dpsieve.loop;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Stages that are done once: what is complete, of the same inputs, is read instead. */
final class CommittedStages {
  private final Workdir workdir;
  private final RunListener listener;

  CommittedStages(Workdir workdir, RunListener listener) {
    this.workdir = workdir;
    this.listener = listener;
  }

  /**
   * @param inputs what the stage is made of, by name: {@link #inputs} and others
   * @param work fills the folder that becomes {@code target}
   */
  <F> F run(
      int iteration,
      String name,
      Path target,
      Map<String, String> inputs,
      Class<F> type,
      Function<Path, F> work) {
    if (Commit.complete(target, inputs)) {
      return Commit.verified(target, type); // once a call: all that follows reads it
    }
    listener.started(iteration, name);
    long start = System.nanoTime();
    F facts = Commit.make(target, inputs, work);
    listener.finished(iteration, name, (System.nanoTime() - start) / 1e9);
    return facts;
  }

  /** Checksums of earlier stages. */
  Map<String, String> inputs(Path... folders) {
    Map<String, String> inputs = new TreeMap<>();
    for (Path folder : folders) {
      inputs.put(workdir.name(folder), Commit.checksum(folder));
    }
    return inputs;
  }
}
