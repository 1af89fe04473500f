"""The stages of the float64 engine as the exact replays see them."""

from __future__ import annotations

from dataclasses import replace

from tests import operands, replay, replay_counts, replay_pivots
from tests.replay import Operands
from tests.searching import Stage, positive


def exactly_known(stage: Stage, name: str, slots: int, period: int) -> Stage:
    """The stage where the given errors are 0, from slot `slots` on in each period of `name`."""

    def tidy(given: Operands) -> Operands:
        given = stage.tidy(given)
        values = [0.0 if at % period >= slots else v for at, v in enumerate(given[name])]
        return {**given, name: values}

    return replace(stage, name=f"{stage.name}, rounding only", tidy=tidy)


OUT = replay.judge_outputs
LOGISTIC = Stage(
    name="logistic",
    draw=operands.logistic,
    judge=replay.judge_logistic,
    tidy=operands.logistic_tidy,
)
BLOCK_SUMS = Stage(
    name="block_sums",
    draw=operands.block_sums,
    judge=replay.judge_block_sums,
    tidy=positive("radius"),
)
COMPRESS = Stage(
    name="compress", draw=operands.compress, judge=replay_pivots.judge_compress, tidy=positive("p")
)
PREPARE = Stage(name="prepare", draw=operands.prepare, judge=replay_pivots.judge_prepare)
IMAGE = Stage(
    name="image", draw=operands.image, judge=replay_pivots.judge_image, tidy=positive("error")
)
UPDATE = Stage(
    name="update", draw=operands.update, judge=replay_pivots.judge_update, tidy=positive("error")
)
FACTOR = Stage(name="factor", draw=operands.factor, judge=replay_counts.judge_factor)

STAGES = {
    stage.name: stage
    for stage in (
        Stage(name="two_sum", climbs=False, draw=operands.pair, judge=replay.judge_two_sum),
        Stage(name="two_product", climbs=False, draw=operands.pair, judge=replay.judge_two_product),
        Stage(name="sign", climbs=False, draw=operands.affine, judge=replay.judge_sign),
        Stage(
            name="decay", draw=operands.decay, judge=replay.judge_decay, tidy=operands.decay_tidy
        ),
        Stage(name="outputs", draw=operands.outputs, judge=OUT, tidy=positive()),
        Stage(
            name="outputs, cancelling", draw=operands.outputs, judge=OUT, tidy=operands.cancelled
        ),
        LOGISTIC,
        exactly_known(LOGISTIC, "bound", 0, 1),
        BLOCK_SUMS,
        exactly_known(BLOCK_SUMS, "radius", 0, 1),
        Stage(
            name="block_sums, cancelling",
            draw=operands.three_data,
            judge=replay.judge_block_sums,
            tidy=operands.balanced,
        ),
        COMPRESS,
        replace(COMPRESS, name="compress, crowded", draw=operands.crowded),
        Stage(name="gap", draw=operands.gap, judge=replay_pivots.judge_gap),
        Stage(
            name="gap, cancelling",
            draw=operands.gap,
            judge=replay_pivots.judge_gap,
            tidy=operands.closed,
        ),
        Stage(name="blocks", draw=operands.blocks, judge=replay_pivots.judge_blocks),
        Stage(
            name="blocks, cancelling",
            draw=operands.near_blocks,
            judge=replay_pivots.judge_blocks,
            tidy=operands.closed,
        ),
        PREPARE,
        exactly_known(PREPARE, "sums", 3, 6),
        Stage(
            name="prepare, cancelling",
            draw=operands.three_rows,
            judge=replay_pivots.judge_prepare,
            tidy=operands.cancelled_sums,
        ),
        IMAGE,
        exactly_known(IMAGE, "error", 0, 1),
        UPDATE,
        exactly_known(UPDATE, "error", 0, 1),
        FACTOR,
        exactly_known(FACTOR, "columns", 2, 4),
        Stage(name="whole", draw=operands.whole, judge=replay_counts.judge_whole),
        Stage(name="extent", climbs=False, draw=operands.whole, judge=replay.judge_extent),
        Stage(name="mirror", climbs=False, draw=operands.whole, judge=replay_counts.judge_mirror),
        Stage(
            name="enclosure",
            draw=operands.enclosure,
            judge=replay_counts.judge_enclosure,
            tidy=operands.counts_tidy,
        ),
        Stage(
            name="counts",
            climbs=False,
            draw=operands.counts,
            judge=replay_counts.judge_counts,
            tidy=operands.counts_tidy,
        ),
    )
}
