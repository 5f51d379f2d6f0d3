package org.dpsieve.loop;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How an iteration or a run ended. */
public enum Verdict {
  /** Another iteration follows. */
  @JsonProperty("continue")
  CONTINUE,
  /** Nothing is left to pick. */
  @JsonProperty("converged")
  CONVERGED,
  /** {@code max_iter} is reached; a larger one goes on. */
  @JsonProperty("max_iter")
  MAX_ITER,
  /** {@code label_budget} is spent; a larger one goes on. */
  @JsonProperty("label_budget")
  LABEL_BUDGET,
  /** Errors of the pool are expected below {@code target_error}; a smaller one goes on. */
  @JsonProperty("target_error")
  TARGET_ERROR,
  /** A person has to decide. */
  @JsonProperty("stalled")
  STALLED
}
