package org.dpsieve.config;

import java.util.List;
import java.util.Optional;
import org.dpsieve.frame.Property;
import org.dpsieve.io.extxyz.ExtxyzKeys;

/**
 * The frames a run starts from, and what is made of them in the end.
 *
 * @param pickData {@code pick_data}: trees of deepmd systems or HDF5 files, the pool; absolute
 *     paths or URIs of any Hadoop file system
 * @param tables how {@code pick_data} is read where it names tables
 * @param labeled {@code labeled}: the labels wanted are in the pool already, nothing is calculated
 * @param initData {@code init_data_prefix} + {@code init_data_sys}: labelled frames to train on
 *     from iteration 0, besides what is picked; absolute paths or URIs, may be empty
 * @param oldData {@code old_data}: labels of the old level where they are not those in {@code
 *     pick_data}; absolute paths or URIs, may be empty
 * @param extxyzKeys {@code extxyz_keys}: what the labels of extxyz files are called
 * @param result {@code result_pool}
 */
public record PoolConfig(
    List<String> pickData,
    Optional<TablePool> tables,
    boolean labeled,
    List<String> initData,
    List<String> oldData,
    ExtxyzKeys extxyzKeys,
    ResultPool result) {
  public PoolConfig {
    pickData = List.copyOf(pickData);
    initData = List.copyOf(initData);
    oldData = List.copyOf(oldData);
  }

  /** The same where frames have a property, too. */
  PoolConfig reading(Property property) {
    return new PoolConfig(
        pickData, tables, labeled, initData, oldData, extxyzKeys.with(List.of(property)), result);
  }

  /** Whether the labels in {@code pick_data} are those of the old level. */
  public boolean labelsAreOld() {
    return !labeled && oldData.isEmpty();
  }

  /** Whether frames may have labels of an old level beside the new ones. */
  public boolean mayHaveOld() {
    return !labeled || !oldData.isEmpty();
  }
}
