package org.dpsieve.io.systems;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Property;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.SystemWriter;
import org.dpsieve.io.deepmd.Hdf5FileWriter;
import org.dpsieve.io.deepmd.NpySystemWriter;
import org.dpsieve.io.extxyz.ExtxyzKeys;
import org.dpsieve.io.extxyz.ExtxyzWriter;
import org.dpsieve.io.npy.NpyWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Quantities beside energy, force and virial, in every layout. */
class PropertiesReadingTest {
  private static final LocalStorage STORAGE = new LocalStorage();
  private static final Property GAP = Property.of("gap:intensive");
  private static final Property CHARGE = Property.of("bader:atomic");
  private static final Property DIPOLE = Property.of("dipole");
  private static final ExtxyzKeys KEYS =
      ExtxyzKeys.DEFAULT.with(List.of(GAP, CHARGE, DIPOLE, Property.of("atom_dos")));

  @TempDir private Path folder;

  /** Two frames of two atoms, H and O. */
  private Path npy() throws IOException {
    Path set = folder.resolve("sys/set.000");
    Files.createDirectories(set);
    Files.writeString(folder.resolve("sys/type.raw"), "0\n1\n");
    Files.writeString(folder.resolve("sys/type_map.raw"), "H\nO\n");
    Files.writeString(folder.resolve("sys/nopbc"), "");
    write(set, "coord", new double[] {0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, 0}, 2, 6);
    write(set, "gap", new double[] {1.5, 2.5}, 2);
    write(set, "bader", new double[] {1, 2, 3, 4, 5, 6, 7, 8}, 2, 2, 2);
    write(set, "dipole", new double[] {0.1, 0.2, 0.3, 0.4, 0.5, 0.6}, 2, 3);
    return folder.resolve("sys");
  }

  private static void write(Path set, String name, double[] values, long... shape)
      throws IOException {
    NpyWriter.write(STORAGE, set.resolve(name + ".npy").toString(), values, shape);
  }

  private static List<Frame> read(Path source) throws IOException {
    List<Frame> frames = new ArrayList<>();
    for (SystemPath path : SystemFinder.find(STORAGE, List.of(source.toString()), KEYS)) {
      try (FrameSystem system = path.open(STORAGE, List.of())) {
        for (FrameSystem.Run run : system.runs(2)) {
          frames.addAll(system.read(run));
        }
        assertThat(system.ignored()).isEmpty();
        assertThat(system.properties())
            .isEqualTo(new TreeMap<>(Map.of(GAP, 1, CHARGE, 2, DIPOLE, 3)));
      }
    }
    return frames;
  }

  @Test
  void arraysThatAreAskedForComeWithTheirFrames() throws IOException {
    List<Frame> frames = read(npy());
    assertThat(frames.get(1).properties().keySet()).containsExactly(CHARGE, DIPOLE, GAP);
    assertThat(frames.get(1).properties().get(GAP)).containsExactly(2.5);
    assertThat(frames.get(1).properties().get(CHARGE)).containsExactly(5, 6, 7, 8);
    assertThat(frames.get(0).properties().get(DIPOLE)).containsExactly(0.1, 0.2, 0.3);
  }

  /** What the first frame of a system has of one property. */
  private static double[] first(Path source, Property asked) throws IOException {
    ExtxyzKeys keys = ExtxyzKeys.DEFAULT.with(List.of(asked));
    SystemPath path = SystemFinder.find(STORAGE, List.of(source.toString()), keys).get(0);
    try (FrameSystem system = path.open(STORAGE, List.of())) {
      return system.frames().get(0).properties().get(asked);
    }
  }

  @Test
  void whatIsNotAskedForIsNotRead() throws IOException {
    SystemPath path = SystemFinder.find(STORAGE, List.of(npy().toString())).get(0);
    try (FrameSystem system = path.open(STORAGE, List.of())) {
      assertThat(system.frames().get(0).properties()).isEmpty();
      assertThat(system.ignored()).containsExactly("bader.npy", "dipole.npy", "gap.npy");
    }
  }

  /** Padding has values of atoms, too. */
  @Test
  void atomsOfMixedSystemsKeepTheirOwn() throws IOException {
    Path system = npy();
    Files.writeString(system.resolve("type.raw"), "0\n0\n");
    write(system.resolve("set.000"), "real_atom_types", new double[] {1, -1, 0, 1}, 2, 2);
    List<Frame> frames = read(system);
    assertThat(frames.get(0).z()).containsExactly(8);
    assertThat(frames.get(0).properties().get(CHARGE)).containsExactly(1, 2);
    assertThat(frames.get(0).properties().get(DIPOLE)).containsExactly(0.1, 0.2, 0.3);
    assertThat(frames.get(1).properties().get(CHARGE)).containsExactly(5, 6, 7, 8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"npy", "out.hdf5", "out.extxyz"})
  void everyLayoutGivesBackWhatWasWritten(String layout) throws IOException {
    List<Frame> frames = read(npy());
    Path target = folder.resolve("out").resolve(layout);
    Files.createDirectories(target.getParent());
    List<String> types = List.of("O", "H");
    try (SystemWriter writer =
        switch (layout) {
          case "npy" -> new NpySystemWriter(STORAGE, target.toString(), types, 2);
          case "out.hdf5" -> new Hdf5FileWriter(STORAGE, target.toString(), types);
          default -> new ExtxyzWriter(STORAGE, target.toString());
        }) {
      for (Frame frame : frames) {
        writer.add(frame);
      }
    }
    List<Frame> again = read(target);
    for (int i = 0; i < 2; i++) {
      assertThat(again.get(i).properties())
          .usingRecursiveComparison()
          .isEqualTo(frames.get(i).properties());
    }
  }

  /** As ASE writes arrays of two axes, and under another name. */
  @Test
  void listsOfListsAndOtherNamesOfExtendedXyz() throws IOException {
    Path file = folder.resolve("one.xyz");
    Files.writeString(
        file,
        """
        1
        Properties=species:S:1:pos:R:3:q:R:2 alpha="_JSON [[1, 0.5], [0.5, 2]]" pbc="F F F"
        H 0 0 0 3 4
        """);
    ExtxyzKeys keys =
        ExtxyzKeys.of(
            "polar=alpha,bader=q", List.of(Property.of("polar"), Property.of("bader:atomic")));
    SystemPath path = SystemFinder.find(STORAGE, List.of(file.toString()), keys).get(0);
    try (FrameSystem system = path.open(STORAGE, List.of())) {
      Frame frame = system.frames().get(0);
      assertThat(frame.properties().get(Property.of("polar"))).containsExactly(1, 0.5, 0.5, 2);
      assertThat(frame.properties().get(CHARGE)).containsExactly(3, 4);
    }
  }

  @Test
  void aWrongNumberOfNumbersIsNamed() throws IOException {
    Path system = npy();
    write(system.resolve("set.000"), "bader", new double[] {1, 2, 3, 4, 5}, 5);
    assertThatThrownBy(() -> read(system))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("bader.npy: shape (5,), expected (2, 2)")
        .hasMessageContaining("each of 2 atoms");
  }

  /** Two atoms each: the shape alone would be that of two components of a frame. */
  @Test
  void labelsOfAtomsThatAreAskedForAsAFramesAreToldApart() throws IOException {
    Path system = npy();
    write(system.resolve("set.000"), "atom_charge", new double[] {1, 2, 3, 4}, 2, 2);
    Property asked = Property.of("atom_charge");
    assertThatThrownBy(() -> first(system, asked))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("set.000/atom_charge.npy: 2 numbers for each frame of 2 atoms")
        .hasMessageContaining("ask for atom_charge:atomic, else give the file another name");
    assertThat(first(system, Property.of("atom_charge:atomic"))).containsExactly(1, 2);
    // as many as no atoms have: of the frame, whatever the name says
    write(system.resolve("set.000"), "atom_charge", new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
    assertThat(first(system, asked)).containsExactly(1, 2, 3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"energy", "a b", "gap:big", "../gap", "spin", ""})
  void namesThatCannotBe(String text) {
    assertThatThrownBy(() -> Property.of(text))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("property '");
  }

  @Test
  void whatANameIsKnownFor() {
    for (String name : List.of("dos", "dipole", "polarizability")) {
      assertThat(Property.of("atom_" + name).atomic()).isTrue();
      assertThat(Property.of(name).atomic()).isFalse();
    }
    assertThat(Property.of("atomic_dipole").atomic()).isTrue();
    assertThat(Property.of("gap:intensive:atomic")).hasToString("gap:intensive:atomic");
    assertThatThrownBy(() -> Property.listOf(List.of(GAP, Property.of("Gap"))))
        .hasMessageContaining("named twice");
  }
}
