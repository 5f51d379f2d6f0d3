package org.dpsieve.spark.source;

import java.io.Serializable;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.systems.SystemPath;

/**
 * Consecutive frames of one system: what a task reads at once.
 *
 * @param atoms of all its frames
 * @param formula of all its frames; {@code null} when they differ (a mixed system)
 * @param stamp changes when the system's files do
 */
record Piece(SystemPath system, FrameSystem.Run run, long atoms, String formula, String stamp)
    implements Serializable {}
