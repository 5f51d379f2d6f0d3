package org.dpsieve.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.dpsieve.spark.Versions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code dpsieve doctor}: what of this machine a run can use. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Say what is found on this machine, in which version, and what it is needed for.",
      "Starts nothing but the programs' own version questions. Exit code 2 when something that every"
          + " run needs is missing."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  dpsieve doctor", "  DPSIEVE_DP=/opt/deepmd/bin/dp dpsieve doctor"})
final class DoctorCommand implements Callable<Integer> {
  private static final int OLDEST_JAVA = 17;
  private static final long LEAST_HEAP = 1L << 30;

  @Spec private CommandSpec spec;

  /**
   * @param mark {@code ok}, {@code -} for what may be missing, {@code !!} for what may not
   */
  private record Finding(String mark, String what, String found, String neededFor) {}

  private final List<Finding> findings = new ArrayList<>();

  @Override
  public Integer call() {
    ofThisProcess();
    dp();
    dpdispatcher();
    installed("Slurm", "tasks in a Slurm queue", "sbatch", "--version");
    installed("PBS", "tasks in a PBS queue", "qsub", "--version");
    installed("LSF", "tasks in an LSF queue", "bsub", "-V");
    installed("VASP", "fp_style vasp on this machine", "vasp_std");
    installed("Quantum ESPRESSO", "fp_style pwscf on this machine", "pw.x");
    installed("CP2K", "fp_style cp2k on this machine", "cp2k.psmp", "--version");
    installed("NVIDIA GPU", "dp train on a GPU", "nvidia-smi", "-L");
    var out = spec.commandLine().getOut();
    findings.forEach(
        f -> out.printf("%-3s %-20s %-46s %s%n", f.mark(), f.what(), f.found(), f.neededFor()));
    boolean sound = findings.stream().noneMatch(f -> f.mark().equals("!!"));
    out.println(
        sound
            ? "All that every run needs is here (- marks what only some runs need)."
            : "Mend the lines marked !! first.");
    out.flush();
    return sound ? 0 : 2;
  }

  private void ofThisProcess() {
    int java = Runtime.version().feature();
    add(
        java >= OLDEST_JAVA,
        "Java",
        System.getProperty("java.version") + ", " + System.getProperty("java.vendor"),
        "everything; 17 or later");
    long heap = Runtime.getRuntime().maxMemory();
    add(
        heap >= LEAST_HEAP,
        "memory",
        "%d MiB of heap (DPSIEVE_MEMORY)".formatted(heap >> 20),
        "a local run; 1 GiB or more");
    add(true, "cores", String.valueOf(Runtime.getRuntime().availableProcessors()), "local[*]");
    add(
        ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent() ? "ok" : "-",
        "Vector API",
        ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
            ? "module there"
            : "not there: --add-modules jdk.incubator.vector",
        "the fast kernels");
    String threads = System.getenv("OMP_NUM_THREADS");
    add(
        "1".equals(threads) ? "ok" : "-",
        "BLAS threads",
        threads == null ? "OMP_NUM_THREADS not set; set it to 1" : "OMP_NUM_THREADS=" + threads,
        "speed: one task, one core");
    try {
      org.nd4j.linalg.factory.Nd4j.create(1);
      add(
          true,
          "ND4J, OpenBLAS",
          Versions.all().get("nd4j"),
          "every solve; evaluations without the Vector API");
    } catch (Throwable e) { // a native library that does not load is an Error
      add(
          false,
          "ND4J, OpenBLAS",
          "does not load: " + e,
          "every solve; evaluations without the Vector API");
    }
    String home = System.getenv("SPARK_HOME");
    add(
        true,
        "Spark",
        Versions.all().get("spark") + (home == null ? ", from Maven's jars" : ", " + home),
        "every run");
  }

  private void dp() {
    String named = System.getenv("DPSIEVE_DP");
    installed(
        "DeePMD-kit",
        "engine dp: training other layers",
        named == null ? "dp" : named,
        "--version");
  }

  private void dpdispatcher() {
    String named = System.getenv("DPSIEVE_DPDISPATCHER_PYTHON");
    String python = named == null ? "python3" : named;
    installed(
        "dpdispatcher",
        "tasks on schedulers",
        python,
        "-c",
        """
        import importlib.util, sys
        if importlib.util.find_spec("dpdispatcher") is None:
            sys.exit("not in " + sys.argv[1] + ": pip install dpdispatcher")
        import dpdispatcher
        print("dpdispatcher", dpdispatcher.__version__)
        """,
        python);
  }

  /** Asks a program for its version; without arguments it only looks whether it is there. */
  private void installed(String what, String neededFor, String program, String... arguments) {
    ProgramCheck probe = ProgramCheck.of(program, arguments);
    add(probe.works() ? "ok" : "-", what, probe.said(), neededFor);
  }

  private void add(boolean sound, String what, String found, String neededFor) {
    add(sound ? "ok" : "!!", what, found, neededFor);
  }

  private void add(String mark, String what, String found, String neededFor) {
    findings.add(new Finding(mark, what, found, neededFor));
  }
}
