package org.dpsieve.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.testing.DeepmdKit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pickles that make Python call {@code os.system} when it reads them call nothing here. */
class UnpicklerTest {
  /** One per way of pickle's to name a function and to call it with a shell command. */
  private static Map<String, String> pickles(Path created) {
    String touch = text("touch " + created);
    String system = "cposix\nsystem\n";
    String exec = text("import os; os.system('touch %s')".formatted(created));
    return Map.of(
        "GLOBAL, REDUCE", system + touch + "\u0085R.",
        "STACK_GLOBAL, REDUCE",
            "\u0080\u0004" + text("posix") + text("system") + "\u0093" + touch + "\u0085R.",
        "INST", "(" + touch + "iposix\nsystem\n.",
        "OBJ", "(" + system + touch + "o.",
        "below a dictionary", "}" + text("model") + "cbuiltins\nexec\n" + exec + "\u0085Rs.");
  }

  /** BINUNICODE. */
  private static String text(String text) {
    int n = text.length();
    return "X" + (char) (n & 0xff) + (char) (n >> 8) + "\0\0" + text;
  }

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"pth", "pt"})
  void callNothing(String suffix) throws IOException {
    Path created = folder.resolve("created");
    for (Map.Entry<String, String> pickle : pickles(created).entrySet()) {
      Path model = Files.write(folder.resolve("model." + suffix), archive(pickle.getValue()));
      assertThatThrownBy(() -> ModelFiles.read(model))
          .as(pickle.getKey())
          .isInstanceOf(InputException.class)
          .isNotInstanceOf(UnsupportedModelException.class) // which would take it to DeePMD-kit
          .hasMessageStartingWith(model + ": its pickle ");
      assertThat(created).doesNotExist();
    }
  }

  /** None where a class or a list is expected. */
  @ParameterizedTest
  @ValueSource(strings = {"(NNNtQ.", "NNR.", "N)R.", "NQ."})
  void saysThatNothingIsThere(String pickle) throws IOException {
    Path model = Files.write(folder.resolve("model.pth"), archive(pickle));
    assertThatThrownBy(() -> ModelFiles.read(model))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("its pickle is damaged: no ");
  }

  /** In Python they do what they say. */
  @Test
  @Tag("peer")
  void areRealOnes() throws IOException, InterruptedException {
    Path created = folder.resolve("created");
    for (Map.Entry<String, String> pickle : pickles(created).entrySet()) {
      Path file = Files.write(folder.resolve("data.pkl"), bytes(pickle.getValue()));
      DeepmdKit.python(
          folder.resolve("log"),
          "import pickle, sys; pickle.load(open(sys.argv[1], 'rb'))",
          List.of(file.toString()));
      assertThat(created).as(pickle.getKey()).exists();
      Files.delete(created);
    }
  }

  private static byte[] bytes(String pickle) {
    return pickle.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void aFrozenModelWithoutItsInputIsLeftToDeepmdKit() throws IOException {
    byte[] linear = archive("}" + text("model_def_script") + text("") + "s.");
    Path model = Files.write(folder.resolve("linear.pth"), linear);
    assertThatThrownBy(() -> ModelFiles.read(model))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("model_def_script is empty")
        .hasMessageContaining("the checkpoint it was frozen from")
        .hasMessageContaining("dp model-devi");
  }

  private static byte[] archive(String pickle) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("archive/data.pkl"));
      zip.write(bytes(pickle));
    }
    return out.toByteArray();
  }
}
