"""Every experiment, in the order of --help."""

from instrument.experiments import comparison, mending, steps, sweep, timeline

KINDS = (
    comparison.KIND,
    sweep.KIND,
    timeline.KIND,
    steps.CROWD,
    steps.SPREAD,
    mending.KIND,
)
