package org.dpsieve.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.Test;

/** The application jar says whose it is, and under which licences. */
class ApplicationJarIT {
  private static final Path ROOT = Shared.repository();
  private static final Path THIRD_PARTY = ROOT.resolve("docs/third-party.md");

  @Test
  void itsLicenceAndNoticesAreOurs() throws IOException {
    try (ZipFile jar = new ZipFile(ROOT.resolve("spark-jobs/target/dpsieve.jar").toFile())) {
      for (String name : List.of("LICENSE", "NOTICE", "THIRD-PARTY.md")) {
        Path source = name.equals("THIRD-PARTY.md") ? THIRD_PARTY : ROOT.resolve(name);
        ZipEntry entry = jar.getEntry(name);
        assertThat(entry).as(name).isNotNull();
        try (InputStream content = jar.getInputStream(entry)) {
          assertThat(new String(content.readAllBytes(), StandardCharsets.UTF_8))
              .as(name)
              .isEqualTo(Files.readString(source));
        }
      }
      assertThat(jar.stream().map(ZipEntry::getName))
          .filteredOn(name -> name.matches("(META-INF/)?(LICENSE|NOTICE)[^/]*"))
          .containsExactlyInAnyOrder("LICENSE", "NOTICE");
    }
  }

  /** Every package of a library is one that docs/third-party.md knows. */
  @Test
  void everyLibraryInItIsListed() throws IOException {
    String listed = Files.readString(THIRD_PARTY);
    try (ZipFile jar = new ZipFile(ROOT.resolve("spark-jobs/target/dpsieve.jar").toFile())) {
      List<String> unknown =
          jar.stream()
              .map(ZipEntry::getName)
              .filter(name -> name.endsWith(".class") && !name.startsWith("org/dpsieve/"))
              .map(name -> name.replaceFirst("^META-INF/versions/\\d+/", ""))
              .map(name -> name.split("/"))
              .map(parts -> parts[0].length() > 3 ? parts[0] : parts[0] + "." + parts[1])
              .distinct()
              .filter(name -> !listed.contains(name))
              .toList();
      assertThat(unknown).isEmpty();
    }
  }
}
