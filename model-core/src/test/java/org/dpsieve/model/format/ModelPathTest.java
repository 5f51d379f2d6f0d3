package org.dpsieve.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dpsieve.error.InputException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelPathTest {
  @TempDir Path folder;

  @BeforeEach
  void asDeepmdKitsPyTorchLeavesIt() throws IOException {
    for (String name : new String[] {"checkpoint", "input.json", "model.ckpt-200.pt"}) {
      Files.writeString(folder.resolve(name), name);
    }
  }

  @Test
  void aFolderStandsForWhatPyTorchTrainedInIt() throws IOException {
    Path newest =
        Files.createSymbolicLink(folder.resolve("model.ckpt.pt"), Path.of("model.ckpt-200.pt"));
    assertThat(ModelPath.file(folder)).isEqualTo(newest);
  }

  @Test
  void aFrozenModelGoesFirst() throws IOException {
    Files.writeString(folder.resolve("model.ckpt.pt"), "");
    Path frozen = Files.writeString(folder.resolve("frozen_model.pth"), "");
    assertThat(ModelPath.file(folder)).isEqualTo(frozen);
  }

  @Test
  void aCheckpointOfTensorFlowIsToBeFrozen() throws IOException {
    Files.writeString(folder.resolve("model.ckpt-200.index"), "");
    assertThatThrownBy(() -> ModelPath.file(folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no frozen model; freeze it: dp freeze -c");
  }
}
