"""Every experiment, in the order of --help."""

from instrument.experiments import advice, comparison, mending, steps, sweep, timeline
from instrument.experiments.experiment import Experiment
from instrument.experiments.kind import Kind

KINDS: tuple[Kind[Experiment], ...] = (
    comparison.KIND,
    sweep.KIND,
    timeline.KIND,
    steps.CROWD,
    steps.SPREAD,
    mending.KIND,
    advice.KIND,
)
