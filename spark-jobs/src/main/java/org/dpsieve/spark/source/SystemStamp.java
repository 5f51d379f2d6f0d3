package org.dpsieve.spark.source;

import java.io.IOException;
import org.dpsieve.digest.Sha256;
import org.dpsieve.io.Storage;
import org.dpsieve.io.systems.SystemPath;

/** Tells whether a system's files are those of last time: by their names, lengths and times. */
final class SystemStamp {
  private SystemStamp() {}

  static String of(Storage storage, SystemPath system) throws IOException {
    StringBuilder text = new StringBuilder();
    if (system.layout() == SystemPath.Layout.DEEPMD_NPY) {
      for (String name : storage.list(system.path())) {
        String path = Storage.child(system.path(), name);
        if (!storage.isFolder(path)) {
          add(storage, path, name, text);
        } else if (name.startsWith("set.")) {
          for (String file : storage.list(path)) {
            add(storage, Storage.child(path, file), name + "/" + file, text);
          }
        }
      }
    } else {
      add(storage, system.path(), system.group(), text);
    }
    return hash(text.toString());
  }

  private static void add(Storage storage, String path, String name, StringBuilder text)
      throws IOException {
    text.append(name).append('\t').append(storage.version(path)).append('\n');
  }

  /** Sixteen hex digits. */
  static String hash(String text) {
    return Sha256.hex(text).substring(0, 16);
  }
}
