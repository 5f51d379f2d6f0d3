package org.dpsieve.spark.source;

import java.util.List;
import org.apache.spark.sql.connector.read.InputPartition;

/**
 * What one task reads.
 *
 * @param unit names the partition where somebody keeps account of them; {@code null} elsewhere
 */
record TreePartition(List<Piece> pieces, List<FrameTree.Problem> problems, String unit)
    implements InputPartition {}
