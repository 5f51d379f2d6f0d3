package org.dpsieve.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Closeable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.dpsieve.error.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One process at a time where nobody can lock a file. */
class HeartbeatLockTest {
  private static final Duration BEAT = Duration.ofMillis(100);
  private static final Duration STALE = Duration.ofMillis(800);

  @TempDir private Path folder;

  @Test
  void aLivingOwnerKeepsOthersOutAndGivesItBack() throws Exception {
    Path file = folder.resolve("lock");
    try (Closeable first = HeartbeatLock.take(file, "process 1 on here", BEAT, STALE)) {
      assertThat(first).isNotNull();
      assertThatThrownBy(() -> HeartbeatLock.take(file, "process 2 on here", BEAT, STALE))
          .isInstanceOf(InputException.class)
          .hasMessage(
              "%s: another dpsieve works here (process 1 on here). Wait for it, or name another"
                  + " folder with --workdir",
              folder);
    }
    assertThat(file).doesNotExist();
    HeartbeatLock.take(file, "process 2 on here", BEAT, STALE).close();
  }

  @Test
  void whatAKilledOneLeftIsTakenOver() throws Exception {
    Path file = Files.writeString(folder.resolve("lock"), "process 1 on there x-y 17\n");
    try (Closeable lock = HeartbeatLock.take(file, "process 2 on here", BEAT, STALE)) {
      assertThat(lock).isNotNull();
      String taken = Files.readString(file);
      assertThat(taken).startsWith("process 2 on here ");
      Thread.sleep(3 * BEAT.toMillis());
      assertThat(Files.readString(file)).isNotEqualTo(taken);
    }
    assertThat(file).doesNotExist();
  }
}
