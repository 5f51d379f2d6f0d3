package org.dpsieve.loop;

import java.nio.file.Files;
import java.nio.file.Path;

/** The pool is imported once, and whoever mends the data since is told so. */
final class PoolImport {
  private final Workdir workdir;
  private final Stages stages;
  private final RunListener listener;

  PoolImport(Workdir workdir, Stages stages, RunListener listener) {
    this.workdir = workdir;
    this.stages = stages;
    this.listener = listener;
  }

  Facts.Pool write(Path target) {
    SourceFiles sources = SourceFiles.of(stages.sources()); // before they are read
    Facts.Pool imported = stages.importPool(target);
    sources.write(workdir);
    return imported;
  }

  /** Before anything is read of an earlier import. */
  void noteChangedSources() {
    if (!Commit.exists(workdir.frames())) {
      return;
    }
    SourceFiles.read(workdir)
        .flatMap(then -> then.difference(SourceFiles.of(stages.sources())))
        .ifPresent(
            difference -> {
              if (Files.exists(workdir.iteration(0))) {
                listener.note(
                    "the data have changed since they were imported: %s. This run goes on with the frames as they were, in %s. To have them imported again, remove that folder and run again: what then comes out different is made anew, what was there is kept as *.bk000"
                        .formatted(difference, workdir.frames()));
              } else {
                listener.note(
                    "the data have changed since they were imported, before anything was done with them: %s. They are imported again"
                        .formatted(difference));
                Commit.discard(workdir.frames());
              }
            });
  }
}
