package org.dpsieve.io.deepmd;

import java.nio.IntBuffer;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;

/**
 * What frames that share a system on disk have in common: the same atoms in the same order, a cell
 * or none, the same labels and numbers of parameters.
 */
public record FrameKind(
    IntBuffer z,
    boolean periodic,
    boolean energy,
    boolean force,
    boolean virial,
    int fparams,
    int aparams) {
  public static FrameKind of(Frame frame) {
    Labels labels = frame.labels();
    return new FrameKind(
        IntBuffer.wrap(frame.z()), // compared by content
        frame.cell() != null,
        labels.energy() != null,
        labels.force() != null,
        labels.virial() != null,
        frame.fparamCount(),
        frame.aparamCount());
  }
}
