package org.dpsieve.spark.source;

import java.util.List;

/**
 * What a query reads.
 *
 * @param skipped systems that its conditions leave out
 * @param unreadable systems whose headers cannot be read
 */
record TreePlan(List<TreePartition> partitions, int skipped, int unreadable) {}
