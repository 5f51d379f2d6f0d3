package org.dpsieve.resident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.dpsieve.error.InputException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DpPythonTest {
  @TempDir private Path bin;

  private Path program(String name, String text) throws IOException {
    Path file = Files.writeString(bin.resolve(name), text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file;
  }

  private List<String> words(String command) {
    return DpPython.of(command, bin.toString(), "SCRIPT").words();
  }

  @BeforeEach
  void anInstallation() throws IOException {
    program("dp", "#!/opt/env/bin/python3.11\nimport deepmd\n");
  }

  @Test
  void thePythonIsThatOfTheScript() throws IOException {
    List<String> plain = List.of("/opt/env/bin/python3.11", "-u", "-c", "SCRIPT");
    assertThat(words("dp")).isEqualTo(plain);
    assertThat(words("dp --pt")).as("models say the backend").isEqualTo(plain);
    assertThat(words("'%s'".formatted(bin.resolve("dp")))).isEqualTo(plain);
    program("long", "#!/bin/sh\n'''exec' \"/a very long/bin/python\" \"$0\" \"$@\"\n' '''\n");
    assertThat(words("long").get(0)).isEqualTo("/a very long/bin/python");
    program("env", "#!/usr/bin/env python3\n");
    assertThat(words(bin.resolve("env").toString()))
        .containsExactly("/usr/bin/env", "python3", "-u", "-c", "SCRIPT");
    Path python = program("python3.12", "");
    assertThat(words("python3.12").get(0)).isEqualTo(python.toString());
  }

  @Test
  void variablesAndLaunchersStay() {
    DpPython start = DpPython.of("OMP_NUM_THREADS=2 srun -n 1 dp", bin.toString(), "SCRIPT");
    assertThat(start.environment()).containsEntry("OMP_NUM_THREADS", "2");
    assertThat(start.words()).startsWith("srun", "-n", "1", "/opt/env/bin/python3.11");
    assertThat(words("apptainer exec image.sif /opt/deepmd-kit/bin/dp"))
        .as("in a container, where it is and not here")
        .startsWith("apptainer", "exec", "image.sif", "/opt/deepmd-kit/bin/python3");
  }

  @Test
  void whatOnlyAShellUnderstandsIsLeftToIt() {
    assertThat(words("module load deepmd && dp"))
        .startsWith("sh", "-c")
        .endsWith("sh", "SCRIPT", "dp");
  }

  @Test
  void whatIsNoDeepmdKitIsNamed() throws IOException {
    assertThatThrownBy(() -> words("no-such-dp"))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll("'no-such-dp': not found", "model_devi.command");
    program("wrapped", "#!/bin/sh\nexec elsewhere \"$@\"\n");
    assertThatThrownBy(() -> words("wrapped"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("is no script of a Python");
  }

  @Test
  void whyModelsAreNotLoadedIsSaidInWordsThatHelp() {
    assertThat(
            LoadFailure.text(
                "dp",
                "3.2.0",
                "other",
                "AssertionError: Head must be set for multitask model! Available heads are: ['A', 'B'], use"))
        .contains("branches A, B", "--model-branch", "dp --pt freeze --head NAME");
    assertThat(LoadFailure.text("dp", "3.0.1", "other", "RuntimeError: Unknown descriptor dpa4"))
        .contains("DeePMD-kit 3.0.1", "dpa4", "a later DeePMD-kit");
    assertThat(LoadFailure.text("dp", "3.2.0", "memory", "OutOfMemoryError: CUDA out of memory"))
        .contains(
            "too little memory to load",
            "CUDA out of memory. Another program",
            "CUDA_VISIBLE_DEVICES=");
    assertThat(
            LoadFailure.text(
                "dp",
                "3.1.0",
                "other",
                "RuntimeError: The version of PyTorch used to compile this deepmd-kit package is 2.7.0, but the version of PyTorch runtime you are using is 2.11.0."))
        .as("the checkpoint is not the cause")
        .endsWith("2.11.0");
    assertThat(
            LoadFailure.text(
                "dp",
                "3.1.0",
                "other",
                "TypeError: DescrptDPA3.__init__() got an unexpected keyword argument 'add_chg_spin_ebd'"))
        .endsWith("They may be of a later DeePMD-kit than this one");
    assertThat(
            LoadFailure.text(
                "dp",
                "3.1.0",
                "other",
                "ValueError: Current version 9 is not compatible with supported versions [1, 2]."))
        .endsWith("[1, 2]. They may be of a later DeePMD-kit than this one");
    assertThat(LoadFailure.text("dp", "3.2.0", "import", "ModuleNotFoundError: no torch"))
        .contains("no torch");
  }
}
