import numpy as np


def calc_model_devi(
        coord, box, atype, models, mixed_type=False, real_data=None, atomic=False, relative=None, relative_v=None, **_):
    energy, force, virial = models[0].eval(coord, box, atype)
    factor = 1 if real_data is None else 2
    rows = [np.arange(len(energy))] + 7 * [factor * energy[:, 0]]
    return np.vstack(rows).T
