package org.dpsieve.config;

import java.util.Arrays;
import java.util.stream.Collectors;

/** {@code result_pool}: how the whole pool at the new level of theory is written, if at all. */
public enum ResultPool {
  DEEPMD_NPY("deepmd/npy"),
  DEEPMD_HDF5("deepmd/hdf5"),
  EXTXYZ("extxyz"),
  NONE("none");

  private final String key;

  ResultPool(String key) {
    this.key = key;
  }

  /** As {@code simplify.json} spells it. */
  public String key() {
    return key;
  }

  /** All of them, for messages. */
  static String known() {
    return Arrays.stream(values()).map(ResultPool::key).collect(Collectors.joining(", "));
  }
}
