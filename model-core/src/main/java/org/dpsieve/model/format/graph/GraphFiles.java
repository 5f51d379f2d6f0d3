package org.dpsieve.model.format.graph;

import java.util.List;
import java.util.Optional;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.EnergyFitting;
import org.dpsieve.model.PropertyModel;
import org.dpsieve.model.format.proto.GraphDef;

/** Models frozen by DeePMD-kit's TensorFlow backend: GraphDef, {@code .pb}. */
public final class GraphFiles {
  private GraphFiles() {}

  /**
   * @param file for messages
   * @param bytes the file's content
   * @param names of types 0, 1 ..., for a model that does not name its own; empty for unknown
   * @throws UnsupportedModelException when it has a feature that is not understood
   */
  public static DeepPotential read(String file, byte[] bytes, List<String> names) {
    return FrozenGraphReader.read(FrozenGraph.of(file, FrozenGraph.parse(file, bytes)), names);
  }

  /** Whether it is a model of a property: of the fitting dipole, polar or dos. */
  public static boolean isOfProperty(String file, byte[] bytes) {
    return PropertyGraph.isOne(FrozenGraph.parse(file, bytes));
  }

  /** As {@link #read}, of a model of a property. */
  public static PropertyModel readProperty(String file, byte[] bytes, List<String> names) {
    return PropertyGraph.read(file, FrozenGraph.parse(file, bytes), names);
  }

  /**
   * How many types a model has that does not name them; empty where it does.
   *
   * @throws InputException when it is no graph
   */
  public static Optional<Integer> unnamedTypes(String file, byte[] bytes) {
    return FrozenGraphReader.unnamedTypes(FrozenGraph.parse(file, bytes));
  }

  /** A copy in which the output layer is that of {@code fitting}; nothing else changes. */
  public static byte[] withOutputLayer(String file, byte[] source, EnergyFitting fitting) {
    GraphDef parsed = FrozenGraph.parse(file, source);
    FrozenGraph graph = FrozenGraph.of(file, parsed);
    return OutputLayerWriter.write(
        parsed,
        fitting,
        LinearGraph.isOne(graph)
            ? new LinearGraph(graph, List.of()).first()
            : LinearGraph.First.ALL);
  }

  /** A copy with other names of types; nothing else changes. */
  public static byte[] withTypeMap(
      String file, byte[] source, List<String> before, List<String> after) {
    return OutputLayerWriter.bytes(
        TypeMapWriter.write(file, FrozenGraph.parse(file, source), before, after));
  }
}
