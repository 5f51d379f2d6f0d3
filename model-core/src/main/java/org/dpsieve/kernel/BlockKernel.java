package org.dpsieve.kernel;

import java.util.Arrays;
import java.util.List;
import org.dpsieve.model.DeepPotential;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nets of a model. Centres of one type go through the fitting net together, some hundred at a
 * time whatever frame they belong to; each centre's numbers, and the order in which they are added
 * up within its frame, do not depend on the rest of the batch, so neither do the results, to the
 * last bit.
 */
abstract class BlockKernel extends ModelKernel {
  private static final Logger LOG = LoggerFactory.getLogger(BlockKernel.class);

  private final String name;
  private final int types;
  private final int rows;
  private final List<Integer> excluded;

  /**
   * @param rows centres of one type in a block
   */
  BlockKernel(DeepPotential model, int rows) {
    name = model.name();
    types = model.typeCount();
    excluded = model.excludedTypes();
    this.rows = rows;
  }

  void log(String tables, boolean tabulated) {
    if (tabulated) {
      LOG.info("{}: {}", name, tables);
    }
  }

  @Override
  public void evaluate(
      Environment[] environments,
      double[] extras,
      Workspace workspace,
      double[] atomEnergy,
      double[] force,
      double[] virial) {
    Environment environment = environments[0];
    Arrays.fill(atomEnergy, 0);
    Arrays.fill(force, 0);
    Arrays.fill(virial, 0);
    int[] centres = new int[rows];
    for (int type = 0; type < types; type++) {
      int filled = 0;
      int from = excluded.contains(type) ? environment.atomCount() : 0;
      for (int atom = from; atom < environment.atomCount(); atom++) {
        if (environment.type(atom) == type) {
          centres[filled++] = atom;
        }
        if (filled == rows || (filled > 0 && atom == environment.atomCount() - 1)) {
          evaluateBlock(
              environments, extras, type, centres, filled, workspace, atomEnergy, force, virial);
          filled = 0;
        }
      }
    }
  }

  /** Some centres of one type: their energies, and their share of forces and virials added. */
  abstract void evaluateBlock(
      Environment[] environments,
      double[] extras,
      int type,
      int[] centres,
      int count,
      Workspace workspace,
      double[] atomEnergy,
      double[] force,
      double[] virial);
}
