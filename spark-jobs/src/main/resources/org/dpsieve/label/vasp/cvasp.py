"""python cvasp.py "mpirun -np 32 vasp_std" MAX_ERRORS: runs VASP in this folder under custodian, which corrects known
errors in the input and tries again, at most MAX_ERRORS times. Needs: pip install custodian pymatgen."""

import argparse
import shlex

from custodian import Custodian
from custodian.vasp import handlers, validators
from custodian.vasp.jobs import VaspJob

HANDLERS = (
    "VaspErrorHandler",
    "FrozenJobErrorHandler",
    "StdErrHandler",
    "NonConvergingErrorHandler",
    "WalltimeHandler",
    "PositiveEnergyErrorHandler",
    "UnconvergedErrorHandler",
)
VALIDATORS = ("VaspFilesValidator", "VasprunXMLValidator")

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", help="how VASP is started, one argument in quotes")
    parser.add_argument("max_errors", type=int, help="how many corrections are allowed")
    arguments = parser.parse_args()
    Custodian(
        [getattr(handlers, name)() for name in HANDLERS],
        [VaspJob(shlex.split(arguments.command), backup=False, auto_npar=False, auto_gamma=False)],
        validators=[getattr(validators, name)() for name in VALIDATORS],
        max_errors=arguments.max_errors,
    ).run()
