package org.dpsieve.io.deepmd;

import java.nio.IntBuffer;
import java.util.Map;
import java.util.TreeMap;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.Property;

/**
 * What frames that share a system on disk have in common: the same atoms in the same order, a cell
 * or none, the same labels, other quantities and numbers of parameters.
 */
public record FrameKind(
    IntBuffer z,
    boolean periodic,
    boolean energy,
    boolean force,
    boolean virial,
    int fparams,
    int aparams,
    Map<Property, Integer> properties) {
  public static FrameKind of(Frame frame) {
    Labels labels = frame.labels();
    return new FrameKind(
        IntBuffer.wrap(frame.z()), // compared by content
        frame.cell() != null,
        labels.energy() != null,
        labels.force() != null,
        labels.virial() != null,
        frame.fparamCount(),
        frame.aparamCount(),
        dimensions(frame));
  }

  private static Map<Property, Integer> dimensions(Frame frame) {
    Map<Property, Integer> dimensions = new TreeMap<>();
    frame
        .properties()
        .forEach(
            (property, values) ->
                dimensions.put(property, property.dimension(values, frame.atomCount())));
    return dimensions;
  }
}
