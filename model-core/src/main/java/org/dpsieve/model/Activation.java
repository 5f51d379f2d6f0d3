package org.dpsieve.model;

/**
 * DeePMD-kit's activation functions ({@code activation_function}, {@code
 * deepmd/dpmodel/utils/network.py}).
 */
public enum Activation {
  LINEAR,
  TANH,
  RELU,
  RELU6,
  SOFTPLUS,
  SIGMOID,
  GELU,
  SILU
}
