package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of options that are wrong: the option, what was found, what was expected. */
class OptionMessagesTest {
  private static final Path EXAMPLE = Shared.repository().resolve("conf/ag-au");

  @TempDir private Path folder;

  private final Terminal terminal = new Terminal();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "import -s DATA -o OUT --map Ag | --map: found 'Ag', expected OLD=NEW, several with commas",
        "import -s DATA -o OUT --extxyz-keys e | --extxyz-keys: found 'e', expected QUANTITY=NAME",
        "export DATA -o OUT --format foo | 'foo', expected deepmd/npy, deepmd/hdf5 or extxyz",
        "import -s DATA -o OUT --map Hf=Zr | --map: no system has Hf; their types: Ag",
        "rescreen -m MODEL --frames DATA -o OUT --pick x | '--pick': 'x' is not a whole number",
        "rescreen -m MODEL --frames DATA -o OUT --f-lo x | '--f-lo': 'x' is not a number",
        "eval -m MODEL -o OUT | error: Missing required argument",
        "model-devi -m MODEL -s DATA -o OUT --precision half | found 'half', expected float64 or",
        "model-devi -m MODEL -s DATA -o OUT --relative -1 | --relative: found -1.0, expected a number",
        "model-devi -m MODEL -s DATA -o OUT --relative_v NaN | --relative_v: found NaN, expected",
        "model-devi -m MODEL -s DATA -o OUT -f 0 | --frequency: found 0, expected the steps between",
      })
  void namesWhatWasFoundAndExpected(String command, String message) {
    String line =
        command
            .replace("DATA", EXAMPLE.resolve("pbe/Ag8").toString())
            .replace("MODEL", EXAMPLE.resolve("models/0/graph.pb").toString())
            .replace("OUT", folder.resolve("out").toString());
    assertThat(terminal.run((Object[]) line.split(" "))).isEqualTo(2);
    assertThat(terminal.err())
        .contains(message)
        .doesNotContain("Error:", "option option", "KEY=VALUE", "org.dpsieve", "DEEPMD_NPY");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void aFileIsNoPlaceForADataset() throws IOException {
    Path file = Files.writeString(folder.resolve("notes.txt"), "precious");
    Object[] command = {"import", "-s", EXAMPLE.resolve("pbe/Ag8"), "-o", file};
    assertThat(terminal.run(command)).isEqualTo(2);
    assertThat(terminal.err()).contains("notes.txt: exists already, as a file");
    assertThat(file).hasContent("precious");
  }

  @Test
  void systemsAreNoTable() {
    Object[] command = {
      "import", "--table", EXAMPLE.resolve("pbe/Ag8"), "-o", folder.resolve("out")
    };
    assertThat(terminal.run(command)).isEqualTo(2);
    assertThat(terminal.err()).contains("Systems are read by import -s and rescreen --frames");
  }
}
