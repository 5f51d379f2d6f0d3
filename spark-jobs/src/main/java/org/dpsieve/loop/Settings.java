package org.dpsieve.loop;

import java.util.OptionalInt;
import java.util.SortedMap;

/**
 * What the loop itself decides by.
 *
 * @param identity what makes this run this run, by key as the files spell it: another value of any
 *     of them is another run. All else may be changed between two starts
 * @param trust the trust levels in one line, as one compares them
 * @param initData whether there are labelled frames to train on in iteration 0
 * @param trainMin fewer new labels than this put a training off
 */
public record Settings(
    SortedMap<String, String> identity,
    String trust,
    boolean initData,
    int initPickNumber,
    int iterPickNumber,
    OptionalInt taskMax,
    int trainMin,
    double ratioFailed,
    OptionalInt maxIter,
    OptionalInt labelBudget) {

  /** Most frames an iteration may label. */
  int atMost(int iteration) {
    return Math.min(
        iteration == 0 ? initPickNumber : iterPickNumber, taskMax.orElse(Integer.MAX_VALUE));
  }
}
