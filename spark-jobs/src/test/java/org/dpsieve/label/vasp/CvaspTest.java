package org.dpsieve.label.vasp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.dpsieve.frame.Frame;
import org.dpsieve.label.ProgramFixture;
import org.dpsieve.testing.Programs;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cvasp.py of a task folder under the real custodian, with a script in VASP's place. */
@Tag("peer")
class CvaspTest {
  /** Fails as VASP does on a noisy geometry until SYMPREC is set, which is custodian's cure. */
  private static final String VASP =
      """
      echo run >>starts
      if grep -q SYMPREC INCAR; then
        cp good/* .
        cp POSCAR CONTCAR
        echo '1 F= -1 E0= -1' >OSZICAR
      else
        echo ' POSMAP internal error: symmetry equivalent atom not found'
        echo 'killed at once' >OUTCAR
      fi
      """;

  /** As much of one as pymatgen wants to see. */
  private static final String POTCAR =
      """
        PAW_PBE %1$s 02Apr2005
        11.0
       parameters from PSCTR are:
         VRHFIN =%1$s: s1d10
         LEXCH  = PE
         TITEL  = PAW_PBE %1$s 02Apr2005
         ZVAL   =   11.000
       END of PSCTR-controll parameters
       local part
       0.1 0.2 0.3
      End of Dataset
      """;

  @TempDir Path folder;

  @Test
  void anErrorThatCustodianKnowsIsCorrectedAndVaspStartedAgain() throws Exception {
    Path python = Shared.repository().resolve("target/custodian/bin/python");
    Assumptions.assumeTrue(
        Files.isExecutable(python),
        () -> "skipped: no %s; scripts/setup-services custodian installs it".formatted(python));
    Frame frame = ProgramFixture.goldSilver();
    Path incar =
        Files.writeString(folder.resolve("INCAR.in"), "ENCUT = 400\nKSPACING = 0.5\nKGAMMA = T\n");
    Path silver = Files.writeString(folder.resolve("POTCAR.Ag"), POTCAR.formatted("Ag"));
    Path gold = Files.writeString(folder.resolve("POTCAR.Au"), POTCAR.formatted("Au"));
    VaspLabeller labeller =
        VaspLabeller.load(
            ProgramFixture.TYPE_MAP,
            new VaspConfig(
                List.of(silver, gold),
                new TreeMap<>(Map.of("default", incar)),
                Optional.empty(),
                true));
    Path task = Files.createDirectory(folder.resolve("task"));
    Programs.write(task, labeller.taskFiles(frame));
    Programs.write(task, labeller.groupFiles(frame));
    Path good = Files.createDirectory(task.resolve("good"));
    for (String output : List.of("OUTCAR", "vasprun.xml")) {
      Files.copy(ProgramFixture.resource("outputs/" + output), good.resolve(output));
    }
    Files.writeString(task.resolve("vasp.sh"), VASP);
    int code = Programs.run(task, "out", List.of(python.toString(), "cvasp.py", "sh vasp.sh", "3"));
    assertThat(code).as(Files.readString(task.resolve("stderr"))).isZero();
    assertThat(Files.readAllLines(task.resolve("starts"))).hasSize(2);
    assertThat(Files.readString(task.resolve("INCAR"))).contains("SYMPREC", "ENCUT");
    assertThat(task.resolve("OUTCAR")).hasSameBinaryContentAs(good.resolve("OUTCAR"));
    // one more error than is allowed
    Files.writeString(task.resolve("vasp.sh"), VASP.replace("SYMPREC", "NEVER"));
    assertThat(Programs.run(task, "out", List.of(python.toString(), "cvasp.py", "sh vasp.sh", "0")))
        .isNotZero();
  }
}
