package org.dpsieve.spark.table;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Columns by names that hold dots, which SQL takes for fields of a struct unless they are quoted.
 */
record ColumnNames(StructType schema) {
  /** Columns by their names; those of a struct joined by dots, and not the struct itself. */
  List<String> all() {
    return paths(schema, List.of()).stream()
        .filter(path -> !path.hasFields())
        .map(Path::joined)
        .distinct()
        .toList();
  }

  /** A name as SQL writes it: quoted where one column alone has it, else as it is. */
  String sql(String name) {
    List<Path> found =
        paths(schema, List.of()).stream().filter(path -> path.joined().equals(name)).toList();
    return found.size() == 1 ? found.get(0).quoted() : name;
  }

  private static List<Path> paths(StructType struct, List<String> parents) {
    List<Path> paths = new ArrayList<>();
    for (StructField field : struct.fields()) {
      List<String> names = new ArrayList<>(parents);
      names.add(field.name());
      boolean hasFields = field.dataType() instanceof StructType;
      paths.add(new Path(List.copyOf(names), hasFields));
      if (field.dataType() instanceof StructType fields) {
        paths.addAll(paths(fields, names));
      }
    }
    return paths;
  }

  private record Path(List<String> names, boolean hasFields) {
    String joined() {
      return String.join(".", names);
    }

    String quoted() {
      return names.stream()
          .map(name -> "`" + name.replace("`", "``") + "`")
          .collect(Collectors.joining("."));
    }
  }
}
