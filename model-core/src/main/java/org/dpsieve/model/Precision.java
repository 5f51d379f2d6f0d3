package org.dpsieve.model;

/** Floating-point format of a net's parameters and arithmetic. */
public enum Precision {
  FLOAT64,
  FLOAT32
}
