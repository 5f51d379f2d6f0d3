package org.dpsieve.config;

import java.util.List;

/**
 * One run: both files read, mapped to today's keys and checked.
 *
 * @param warnings what a person should know before the run: old keys, keys with another effect than
 *     their name says; one sentence each
 * @param notes what was decided where the files leave it open; one sentence each
 */
public record RunConfig(
    SimplifyConfig simplify, MachineConfig machine, List<String> warnings, List<String> notes) {
  public RunConfig {
    warnings = List.copyOf(warnings);
    notes = List.copyOf(notes);
  }
}
