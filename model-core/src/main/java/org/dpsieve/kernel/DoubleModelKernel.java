package org.dpsieve.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Descriptor;
import org.dpsieve.model.Dpa4c;
import org.dpsieve.model.EnergyFitting;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;
import org.dpsieve.model.SeAtten;
import org.dpsieve.model.SeE2A;
import org.dpsieve.model.SeE2R;
import org.dpsieve.model.SeE3;
import org.dpsieve.model.SeE3Tebd;

/** {@link BlockKernel} in double precision. */
final class DoubleModelKernel extends BlockKernel {
  /** Output layers on their way back at once: half a megabyte each for nets of 300 inputs. */
  private static final int MOST_GRADIENTS = 8;

  /** One for each part of the descriptor; each thread makes its own. */
  private final List<Supplier<DescriptorKernel>> descriptors = new ArrayList<>();

  private final FittingKernel[] fitting;

  /** Where net(0, x) is to be subtracted centre by centre, what is added: eV by type; else NaN. */
  private final double[] vacuumLevel;

  /**
   * The last hidden layer where the descriptor is zero, by type, [width]: what is subtracted of it;
   * {@code null} where nothing is, or something else for every atom.
   */
  private final double[][] vacuum;

  private final int rows;
  private final int extra;

  DoubleModelKernel(DeepPotential original, boolean tabulated, DoubleArithmetic arithmetic) {
    super(original, arithmetic.gemm().rows());
    DeepPotential model = Lowering.of(original);
    rows = arithmetic.gemm().rows();
    extra = model.fitting().extraInputs().variable();
    for (Descriptor part : Lowering.parts(model.descriptor())) {
      descriptors.add(descriptor(part, tabulated, arithmetic));
    }
    fitting = new FittingKernel[model.typeCount()];
    vacuumLevel = new double[fitting.length];
    vacuum = new double[fitting.length][];
    for (int type = 0; type < fitting.length; type++) {
      fitting[type] = new FittingKernel(model, type, arithmetic);
      vacuumLevel[type] =
          FittingKernel.variableVacuum(model.fitting(), type)
              ? model.fitting().zeroLevel()[type]
              : Double.NaN;
      if (original.fitting().vacuumSubtracted()[type] && Double.isNaN(vacuumLevel[type])) {
        vacuum[type] = fitting[type].hasHidden() ? vacuum(original.fitting(), type) : null;
      }
    }
  }

  private static double[] vacuum(EnergyFitting fitting, int type) {
    List<Layer> layers = fitting.networks()[type].layers();
    double[] last = fitting.extraInputs().caseEmbedding();
    double[] input = new double[layers.get(0).inputs()];
    System.arraycopy(last, 0, input, input.length - last.length, last.length);
    return new Network(layers.subList(0, layers.size() - 1)).apply(input);
  }

  private Supplier<DescriptorKernel> descriptor(
      Descriptor part, boolean tabulated, DoubleArithmetic arithmetic) {
    if (part instanceof SeE2A seE2A) {
      Embeddings embeddings = new Embeddings(seE2A, tabulated, EmbeddingTable.Accuracy.FLOAT64);
      log(embeddings.summary(), tabulated);
      return () -> arithmetic.descriptor(embeddings);
    }
    if (part instanceof SeE2R seE2R) {
      RadialNets nets = new RadialNets(seE2R, tabulated);
      return () -> new RadialDescriptor(nets);
    }
    if (part instanceof SeE3 seE3) {
      TripleNets nets = TripleNets.of(seE3, tabulated);
      return () -> new TripleDescriptor(nets);
    }
    if (part instanceof SeE3Tebd tebd) {
      TripleNets nets = TripleNets.of(tebd, tabulated);
      return () -> new TripleDescriptor(nets);
    }
    if (part instanceof SeAtten atten) {
      TypedNets nets = TypedNets.of(atten, tabulated);
      return () -> new AttentionDescriptor(atten, nets, arithmetic);
    }
    if (part instanceof Dpa4c dpa4c) {
      Dpa4cNets nets = new Dpa4cNets(dpa4c, tabulated);
      log(nets.summary(), tabulated);
      return () -> new Dpa4cDescriptor(nets, arithmetic.radialSums(nets));
    }
    throw new IllegalArgumentException(part.kind());
  }

  /** What one thread works with. */
  private static final class Scratch {
    final DescriptorKernel[] kernels;

    /** Where each part's numbers begin, and where all end: in the sums, in the descriptor. */
    final int[] firstSum;

    final int[] firstNumber;

    Scratch(List<Supplier<DescriptorKernel>> descriptors) {
      kernels = descriptors.stream().map(Supplier::get).toArray(DescriptorKernel[]::new);
      firstSum = new int[kernels.length + 1];
      firstNumber = new int[kernels.length + 1];
      for (int k = 0; k < kernels.length; k++) {
        firstSum[k + 1] = firstSum[k] + kernels[k].sumsSize();
        firstNumber[k + 1] = firstNumber[k] + kernels[k].descriptorSize();
      }
    }

    int sumsSize() {
      return firstSum[kernels.length];
    }

    int descriptorSize() {
      return firstNumber[kernels.length];
    }

    /** Of one centre, row-major [3, width], the parts of a hybrid one after the other. */
    double[] directions(double[] sums, int from) {
      int width = Arrays.stream(kernels).mapToInt(DescriptorKernel::directions).sum();
      double[] all = new double[3 * width];
      int column = 0;
      for (int k = 0; k < kernels.length; k++) {
        int own = kernels[k].directions();
        for (int a = 0; own > 0 && a < 3; a++) {
          int row = from + firstSum[k] + (a + 1) * (kernels[k].sumsSize() / 4);
          System.arraycopy(sums, row, all, a * width + column, own);
        }
        column += own;
      }
      return all;
    }
  }

  @Override
  void evaluateBlock(
      Environment[] environments,
      double[] extras,
      int type,
      int[] centres,
      int count,
      Workspace workspace,
      double[] atomEnergy,
      double[] force,
      double[] virial) {
    Scratch scratch = workspace.scratch(this, Scratch.class, () -> new Scratch(descriptors));
    int size = scratch.descriptorSize() + extra;
    int sumsSize = scratch.sumsSize();
    double[] sums = workspace.sums(rows * sumsSize);
    double[] numbers = workspace.descriptors(rows * size); // then the derivatives by them
    double[] zero = vacuum[type];
    if (!Double.isNaN(vacuumLevel[type])) {
      zero = vacuum(extras, type, centres, count, workspace, size, atomEnergy);
    }
    for (int k = 0; k < scratch.kernels.length; k++) {
      for (int i = 0; i < count; i++) {
        scratch.kernels[k].forward(
            environments[k],
            centres[i],
            sums,
            i * sumsSize + scratch.firstSum[k],
            numbers,
            i * size + scratch.firstNumber[k]);
      }
    }
    putExtras(extras, centres, count, numbers, size);
    if (workspace.atoms() != null) {
      read(scratch, type, centres, count, sums, workspace);
      return;
    }
    fitting[type].evaluate(count, workspace);
    Readout readout = workspace.readout();
    if (readout != null) {
      readout.add(
          environments[0],
          type,
          centres,
          count,
          fitting[type].lastHidden(workspace),
          fitting[type].lastWidth(),
          zero,
          workspace.weights());
    }
    double[] energies = workspace.energies(rows);
    for (int i = 0; i < count; i++) {
      double vacuum = Double.isNaN(vacuumLevel[type]) ? 0 : atomEnergy[centres[i]];
      atomEnergy[centres[i]] = energies[i] + vacuum;
    }
    weigh(workspace.weights(), centres, count, numbers, size);
    if (readout == null || readout.layers() == 0) {
      back(
          scratch,
          environments,
          centres,
          count,
          sums,
          List.of(numbers),
          List.of(force),
          List.of(virial));
      return;
    }
    List<double[]> gradients = new ArrayList<>(List.of(numbers));
    List<double[]> forces = new ArrayList<>(List.of(force));
    List<double[]> virials = new ArrayList<>(List.of(virial));
    for (int layer = 0; layer < readout.layers(); layer++) {
      double[] weights = readout.layer(layer).weights()[type];
      double constant = readout.layer(layer).constants()[type];
      double level = readout.layer(layer).levels()[type];
      for (int i = 0; i < count; i++) {
        double ofVacuum =
            Double.isNaN(vacuumLevel[type])
                ? 0
                : level - (constant + FittingKernel.dot(zero, i * weights.length, weights));
        readout.atomEnergy(layer)[centres[i]] =
            fitting[type].energy(i, weights, constant, workspace) + ofVacuum;
      }
      if (Arrays.stream(weights).allMatch(weight -> weight == 0)) {
        continue; // of another type
      }
      double[] gradient = workspace.gradients(gradients.size(), rows * size);
      fitting[type].back(weights, count, gradient, workspace);
      weigh(workspace.weights(), centres, count, gradient, size);
      gradients.add(gradient);
      forces.add(readout.force(layer));
      virials.add(readout.virial(layer));
      if (gradients.size() == MOST_GRADIENTS) {
        back(scratch, environments, centres, count, sums, gradients, forces, virials);
        gradients.clear();
        forces.clear();
        virials.clear();
      }
    }
    if (!gradients.isEmpty()) {
      back(scratch, environments, centres, count, sums, gradients, forces, virials);
    }
  }

  /** What there is before the output layer, and nothing else. */
  private void read(
      Scratch scratch, int type, int[] centres, int count, double[] sums, Workspace workspace) {
    double[] hidden = fitting[type].forward(count, workspace);
    int width = fitting[type].lastWidth();
    for (int i = 0; i < count; i++) {
      double[] directions = scratch.directions(sums, i * scratch.sumsSize());
      workspace.atoms().put(centres[i], hidden, i * width, width, directions);
    }
  }

  private static void weigh(
      double[] weights, int[] centres, int count, double[] gradients, int size) {
    for (int i = 0; weights != null && i < count; i++) {
      for (int k = i * size; k < (i + 1) * size; k++) {
        gradients[k] *= weights[centres[i]];
      }
    }
  }

  /** From derivatives by descriptors to forces and virials, of one or several output layers. */
  private void back(
      Scratch scratch,
      Environment[] environments,
      int[] centres,
      int count,
      double[] sums,
      List<double[]> gradients,
      List<double[]> forces,
      List<double[]> virials) {
    int size = scratch.descriptorSize() + extra;
    double[][] gradient = gradients.toArray(double[][]::new);
    double[][] force = forces.toArray(double[][]::new);
    double[][] virial = virials.toArray(double[][]::new);
    for (int k = 0; k < scratch.kernels.length; k++) {
      for (int i = 0; i < count; i++) {
        scratch.kernels[k].backward(
            environments[k],
            centres[i],
            sums,
            i * scratch.sumsSize() + scratch.firstSum[k],
            gradient,
            i * size + scratch.firstNumber[k],
            force,
            virial,
            9 * environments[k].frameOf(centres[i]));
      }
    }
  }

  /**
   * What is added to the net's energies, zeroLevel - net(0, x), to {@code atomEnergy}.
   *
   * @return the last hidden layer at descriptor zero, row-major [count, width], where somebody
   *     reads it; else {@code null}
   */
  private double[] vacuum(
      double[] extras,
      int type,
      int[] centres,
      int count,
      Workspace workspace,
      int size,
      double[] atomEnergy) {
    double[] inputs = workspace.descriptors(rows * size);
    Arrays.fill(inputs, 0, count * size, 0);
    putExtras(extras, centres, count, inputs, size);
    fitting[type].evaluate(count, workspace);
    for (int i = 0; i < count; i++) {
      atomEnergy[centres[i]] = vacuumLevel[type] - workspace.energies(rows)[i];
    }
    return workspace.readout() == null || !fitting[type].hasHidden()
        ? null
        : Arrays.copyOf(fitting[type].lastHidden(workspace), count * fitting[type].lastWidth());
  }

  private void putExtras(double[] extras, int[] centres, int count, double[] inputs, int size) {
    for (int i = 0; extra > 0 && i < count; i++) {
      System.arraycopy(extras, centres[i] * extra, inputs, (i + 1) * size - extra, extra);
    }
  }

  @Override
  public Readout.Layer outputOf(DeepPotential sibling) {
    DeepPotential model = Lowering.of(sibling);
    double[][] weights = new double[fitting.length][];
    double[] constants = new double[fitting.length];
    for (int type = 0; type < fitting.length; type++) {
      if (!fitting[type].hasHidden()) {
        return null;
      }
      weights[type] = FittingKernel.output(model.fitting(), type);
      constants[type] = FittingKernel.constant(model.fitting(), type);
    }
    return new Readout.Layer(weights, constants, model.fitting().zeroLevel(), true);
  }

  @Override
  public Readout.Layer change(double[][] layer) {
    double[][] weights = new double[fitting.length][];
    double[] constants = new double[fitting.length];
    for (int type = 0; type < fitting.length; type++) {
      int width = fitting[type].lastWidth();
      weights[type] = Arrays.copyOf(layer[type], width);
      constants[type] =
          vacuum[type] == null
              ? layer[type][width]
              : -FittingKernel.dot(vacuum[type], 0, weights[type]);
    }
    return new Readout.Layer(weights, constants, new double[fitting.length], false);
  }

  @Override
  public boolean readsAtoms() {
    return reads();
  }

  @Override
  public boolean reads() {
    return Arrays.stream(fitting).allMatch(FittingKernel::hasHidden);
  }
}
