package org.dpsieve.config;

import java.util.List;

/**
 * One run: both files read, mapped to today's keys and checked.
 *
 * @param warnings what a person should know before the run: keys of another effect than in DP-GEN,
 *     or of none; one sentence each
 * @param migrations old keys and what they were taken for; one sentence each
 * @param notes what was decided where the files leave it open; one sentence each
 */
public record RunConfig(
    SimplifyConfig simplify,
    MachineConfig machine,
    List<String> warnings,
    List<String> migrations,
    List<String> notes) {
  public RunConfig {
    warnings = List.copyOf(warnings);
    migrations = List.copyOf(migrations);
    notes = List.copyOf(notes);
  }

  /** The same with what the command line says in place of the file's. */
  public RunConfig withSimplify(SimplifyConfig other) {
    return new RunConfig(other, machine, warnings, migrations, notes);
  }

  /** The same with the seed of the command line, and no remark that the file has none. */
  public RunConfig withSeed(long seed) {
    return new RunConfig(
        simplify.withPick(simplify.pick().withSeed(seed)),
        machine,
        warnings,
        migrations,
        notes.stream().filter(note -> !note.equals(PickConfig.NO_SEED)).toList());
  }
}
