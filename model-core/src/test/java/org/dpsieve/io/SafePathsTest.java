package org.dpsieve.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafePathsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Ag8",
        "ag-au/pbe/Ag4Au4",
        "old.hdf5/Ag4",
        "run 3 (hot).extxyz",
        "données/水",
        "a.b..c",
        "~x",
        "set",
        "raw",
        "concert"
      })
  void ordinaryNamesAreTheirOwnPaths(String name) {
    assertThat(SafePaths.of(name)).isEqualTo(name);
  }

  @ParameterizedTest
  @CsvSource({
    "../../etc/x, __/__/etc/x",
    "/etc//passwd/, etc/passwd",
    "a/./b, a/_/b",
    "'', _",
    "///, _",
    "'C:\\Users\\x', C__Users_x",
    "D:x, D_x",
    ".git/config, _git/config",
    "...., ____",
    "a#/b, a_/b",
    "a*?<>|\"b, a______b",
    "x/set.000, x/_et.000",
    "Set.1, _et.1",
    "type.raw, _ype.raw",
    "x/nopbc, x/_opbc",
    "con, _con",
    "NUL.txt, _NUL.txt",
    "'end. ', end__",
  })
  void othersBecomePathsThatStay(String name, String path) {
    assertThat(SafePaths.of(name)).isEqualTo(path);
    assertThat(SafePaths.of(path)).isEqualTo(path);
  }

  @Test
  void whatCannotBeSeenIsReplaced() {
    assertThat(SafePaths.of("a\u0000b\nc\u007fd\u202ee\ud800f\u2028g")).isEqualTo("a_b_c_d_e_f_g");
  }

  @Test
  void longNamesAreCut() {
    assertThat(SafePaths.of("x".repeat(5000))).isEqualTo("x".repeat(200));
    String wide = SafePaths.of("水".repeat(300));
    assertThat(wide.getBytes(StandardCharsets.UTF_8)).hasSizeBetween(197, 200);
    assertThat(SafePaths.of("a/".repeat(3000) + "b")).hasSize(200).doesNotContain("/");
    assertThat(SafePaths.of("../".repeat(3000))).hasSize(200).matches("_+");
  }

  @Test
  void eachNameHasAFolderOfItsOwn() {
    assertThat(
            SafePaths.folders(
                List.of("a:b", "x/Ag8", "a_b", "x/Ag8", "X/ag8", "x", "a?b", "a_b-2", "", "_")))
        .containsExactly(
            "a_b-3", "x/Ag8", "a_b", "x/Ag8-2", "X/ag8-3", "x", "a_b-4", "a_b-2", "_-2", "_");
    String composed = "\u00e9";
    assertThat(SafePaths.folders(List.of(composed, "e\u0301")).get(1)).endsWith("-2");
    assertThat(SafePaths.folders(List.of("x".repeat(300), "x".repeat(301))))
        .containsExactly("x".repeat(200), "x".repeat(200) + "-2");
  }

  @Test
  void noFolderIsAFile() {
    assertThat(SafePaths.files(List.of("a", "a.xyz/b", "A.XYZ", "c.xyz/d", "c"), ".xyz"))
        .containsExactly("a.xyz", "a.xyz_/b.xyz", "A.XYZ.xyz", "c.xyz/d.xyz", "c-2.xyz");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "/x", "..", ".", "a/../../x", "..\\..\\x", "\u2025/x", "./../x"})
  void noneLeavesItsFolder(String name) {
    Path folder = Path.of("/data/out");
    Path inside = folder.resolve(SafePaths.of(name)).normalize();
    assertThat(inside.startsWith(folder)).isTrue();
    assertThat(inside).isNotEqualTo(folder);
  }
}
