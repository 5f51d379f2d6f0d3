package org.dpsieve.infer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.TypeMap;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Surroundings;
import org.dpsieve.model.View;
import org.dpsieve.neighbor.CellList;
import org.dpsieve.neighbor.NeighborSearch;
import org.dpsieve.neighbor.Neighbors;

/** What the models of an ensemble look at of a frame, each view once. */
final class ModelViews {
  private final List<View> views = new ArrayList<>();

  /** By model: its places in {@link #views}, in their order. */
  private final List<int[]> seen = new ArrayList<>();

  private final TypeMap types;
  private final NeighborSearch search = new CellList();

  /**
   * @param models of one type map
   */
  ModelViews(List<DeepPotential> models) {
    types = TypeMap.of(models.get(0).typeMap(), "the models' type map");
    for (DeepPotential model : models) {
      seen.add(model.views().stream().mapToInt(this::place).toArray());
    }
  }

  private int place(View view) {
    if (!views.contains(view)) {
      views.add(view);
    }
    return views.indexOf(view);
  }

  /** Of all models, each once. */
  List<View> all() {
    return views;
  }

  /** Places among {@link #all} of one model's, in its order. */
  int[] of(int model) {
    return seen.get(model);
  }

  /** Why a frame has no types: one that is not in the type map. */
  Optional<String> problem(Frame frame) {
    return types.problem(frame);
  }

  /**
   * The types of a frame's atoms.
   *
   * @throws org.dpsieve.error.InputException when an element is not in the type map
   */
  int[] types(Frame frame) {
    return types.types(frame);
  }

  /**
   * @param atoms types of the frame's atoms
   * @throws org.dpsieve.neighbor.GeometryException when the geometry makes no sense
   */
  Neighbors neighbors(View view, Frame frame, int[] atoms) {
    Surroundings surroundings = view.surroundings();
    return view.rules()
        .find(search, frame.coord(), frame.cell(), atoms, surroundings.rcut(), surroundings.sel());
  }
}
