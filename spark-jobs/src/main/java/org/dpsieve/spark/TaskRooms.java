package org.dpsieve.spark;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.resource.ResourceInformation;
import org.dpsieve.resident.TaskRoom;

/** What a task of Spark's may take: as many threads as it has cores, its GPU where it has one. */
public final class TaskRooms {
  private static final List<String> THREADS =
      List.of(
          "OMP_NUM_THREADS",
          "MKL_NUM_THREADS",
          "OPENBLAS_NUM_THREADS",
          "DP_INTRA_OP_PARALLELISM_THREADS",
          "DP_INTER_OP_PARALLELISM_THREADS");

  private TaskRooms() {}

  /** Of the task of this thread; one core outside of any. */
  public static TaskRoom ofThisTask() {
    TaskContext context = TaskContext.get();
    Map<String, String> environment = new HashMap<>();
    String cores = Integer.toString(context == null ? 1 : context.cpus());
    THREADS.forEach(name -> environment.put(name, cores)); // not the machine's
    ResourceInformation gpu = context == null ? null : context.resourcesJMap().get("gpu");
    if (gpu != null) {
      environment.put("CUDA_VISIBLE_DEVICES", String.join(",", gpu.addresses()));
    }
    return new TaskRoom(environment, () -> context != null && context.isInterrupted());
  }

  /** Work that ends as Spark wants it when nobody asks for it any more. */
  public static <T> T stoppable(Supplier<T> work) {
    try {
      return work.get();
    } catch (CancellationException e) {
      throw new TaskKilledException();
    }
  }
}
