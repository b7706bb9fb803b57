"""What the catalogue holds. For documentation only."""

from typing import Any

from pydantic import BaseModel

from app.api.schemas.fields import block, doc, example_of
from app.api.schemas.requests import InitRequest
from app.api.schemas.training import OptimizerRequest, SampleOptions


def _name(example: str) -> Any:
    return doc("name, as requests spell it", unit="name", example=example)


def _tex(description: str, example: str) -> Any:
    return doc(description, unit="TeX", example=example)


def _names(description: str, *names: str) -> Any:
    return doc(description, shape="(names)", example=list(names))


def _count(description: str, example: int, unit: str) -> Any:
    return doc(description, unit=unit, example=example)


def _each(model: type[BaseModel], description: str) -> Any:
    return doc(description, shape="(entries)", example=[example_of(model)])


class GateEntry(BaseModel):
    """A gate of a cell."""

    name: str = _name("forget")
    formula: str = _tex("the gate's equation", r"\text{forget}_t = \sigma(U_f x_t + …)")


class CellEntry(BaseModel):
    """A recurrent cell."""

    name: str = _name("rnn")
    formula: str = _tex("the cell's equation", r"h_t = \varphi(U x_t + W h_{t-1} + b)")
    gates: list[GateEntry] = _each(
        GateEntry, "its gates, in the order of their rows in U, W and b; none for the plain cell"
    )
    states: list[str] = _names("what a step hands to the next", "h", "cell")
    parameters: list[str] = _names("its own parameters, beside the readout's", "U", "W", "b")


class NormalizationEntry(BaseModel):
    """A normalization of the plain cell's pre-activations."""

    name: str = _name("layer")
    formula: str = _tex("a(t)", r"a_t = \gamma \odot \mathrm{LN}(U x_t + W h_{t-1}) + b")
    parameters: list[str] = _names("the parameters that it adds", "gamma")


class ActivationEntry(BaseModel):
    """An activation φ."""

    name: str = _name("tanh")
    formula: str = _tex("φ(a)", r"\tanh(a)")
    slope: str = _tex("φ'(a)", r"1 - \tanh^2(a)")
    slope_range: list[float] = doc("lowest and highest slope", shape="(2)", example=[0.0, 1.0])
    output_range: list[float | None] = doc(
        "lowest and highest φ(a), null where unbounded", shape="(2)", example=[-1.0, 1.0]
    )


class OutputEntry(BaseModel):
    """A readout and its loss."""

    name: str = _name("softmax")
    formula: str = _tex("ŷ of o", r"\operatorname{softmax}(o)")
    loss: str = _tex("L(t)", r"-\log \hat{y}_y")
    target: str = doc("what y holds", unit="words", example="class index")


class SchemeEntry(BaseModel):
    """A distribution of initial weights."""

    name: str = _name("orthogonal")
    draws: str = doc("what it draws", unit="words", example="W orthogonal, U and V semi-orthogonal")


class OptimizerEntry(BaseModel):
    """A rule that makes a step of a gradient."""

    name: str = _name("adam")
    formula: str = _tex("its update", r"\theta \leftarrow \theta - \eta\, g")
    settings: list[str] = _names("the settings that it uses", "learning_rate")


class ScheduleEntry(BaseModel):
    """How the learning rate goes with the steps."""

    name: str = _name("decay")
    formula: str = _tex("the rate of step n", r"\eta_n = \eta / (1 + \text{decay} \cdot (n - 1))")
    settings: list[str] = _names("the settings that it uses", "decay")


class SeriesEntry(BaseModel):
    """A real series that ships with the server."""

    name: str = _name("sunspots")
    start_year: int = _count("year of the first value", 1700, "year")
    values: list[float] = doc(
        "values in order, one a year", shape="(years)", example=[5.0, 11.0, 16.0]
    )


class TaskEntry(BaseModel):
    """A made task, drawn by its seed."""

    name: str = _name("adding")
    output: str = doc("its readout", unit="name", example="linear")
    loss_at: str = doc("where its loss is, unless asked otherwise", unit="name", example="last")
    I: int = _count("inputs", 2, "features")  # noqa: E741  the chapter's letter
    O: int = _count("outputs", 1, "values")  # noqa: E741
    parameters: list[str] = _names("what data may say of it", "length", "batch", "seed")
    shortest: int = _count("least length, at the default delay", 2, "steps")
    baseline: float = doc(
        "expected L of the best guess without memory, at the default length and delay",
        unit="nats, or squared units of y",
        example=0.0833,
    )
    baseline_formula: str = _tex("the same for any length T and delay d", "1/12")


class PresetEntry(BaseModel):
    """A situation worth looking at."""

    id: str = doc("stem of its title and note in the locales", unit="name", example="hello")
    request: dict[str, Any] = doc(
        "a body for /api/v1/bptt",
        unit="object",
        example={"data": {"kind": "text", "text": "hello world"}},
    )
    scale: list[int] = doc(
        "lowest and highest power of ten of the gradient's colours", shape="(2)", example=[-3, 1]
    )


class DefaultNetwork(BaseModel):
    """The network of a request that names none."""

    cell: str = _name("rnn")
    activation: str = _name("tanh")
    normalization: str = _name("none")
    layers: int = _count("layers", 1, "layers")
    bidirectional: bool = doc("both ways", unit="true or false", example=False)
    output: str = doc("readout; linear where the data is a series", unit="name", example="softmax")
    hidden_size: int = _count("hidden units H", 8, "units")
    init: InitRequest = block(InitRequest, "how weights are drawn")


class TrainingDefaults(BaseModel):
    """What a training means where its request is silent."""

    optimizer: OptimizerRequest = block(OptimizerRequest, "how gradients become steps")
    chunk: None = doc("whole sequences", unit="steps", example=None)
    batch: None = doc("all sequences", unit="sequences", example=None)
    holdout: float = doc("nothing held out", unit="1", example=0.0)
    steps: int = _count("steps in total", 500, "steps")
    trace_every: int = _count("steps from one trace to the next", 50, "steps")
    seed: int = _count("seed of the batches", 0, "seed")
    include: list[str] = _names("blocks of the traces", "credit")
    sample: SampleOptions = block(SampleOptions, "a sample where one is asked for")


class Defaults(BaseModel):
    """What a request means where it is silent."""

    network: DefaultNetwork = block(DefaultNetwork, "the network")
    loss_at: str = _name("every")
    input_at: str = _name("every")
    clip: None = doc("no clipping", unit="object", example=None)
    truncate: None = doc("no truncation", unit="steps", example=None)
    precision: str = _name("float64")
    include: list[str] = _names("blocks of the answer", "credit", "jacobians")
    training: TrainingDefaults = block(TrainingDefaults, "a training")


class TrainingLimits(BaseModel):
    """The largest training that is served."""

    runs: int = _count("most runs side by side", 4, "runs")
    steps: int = _count("most steps", 100_000, "steps")
    step_work: int = _count("largest step of all runs", 2_000_000_000, "multiply-adds")
    step_numbers: int = _count("most numbers that a step holds", 20_000_000, "numbers")
    trace_numbers: int = _count("largest trace of all runs", 2_000_000, "numbers")
    sample: int = _count("longest sample of a trace", 1000, "characters")
    streams: int = _count("most trainings at once", 8, "trainings")
    events_a_second: int = _count("most events of a training", 20, "events a second")


class SweepLimits(BaseModel):
    """The largest sweep that is served, and what one may vary and measure."""

    axes: list[str] = doc(
        "paths that may be varied", shape="(paths)", example=["network.activation", "data.length"]
    )
    measures: list[str] = doc(
        "what may be measured", shape="(names)", example=["loss", "half_life"]
    )
    axes_at_once: int = _count("most axes of a sweep", 6, "axes")
    cells: int = _count("most cells", 4096, "cells")
    work: int = _count("largest price of all cells", 500_000_000_000, "multiply-adds")
    cell_work: int = _count("largest price of a cell", 20_000_000_000, "multiply-adds")
    sweeps: int = _count("most sweeps at once", 4, "sweeps")


class Limits(BaseModel):
    """The largest request that is served."""

    T: int = _count("longest sequence", 5000, "steps")
    B: int = _count("largest batch", 1024, "sequences")
    I: int = _count("most inputs", 4096, "features")  # noqa: E741  the chapter's letter
    H: int = _count("most hidden units", 1024, "units")
    O: int = _count("most outputs", 4096, "values")  # noqa: E741
    layers: int = _count("most layers", 8, "layers")
    networks: int = _count("most networks of a comparison", 8, "networks")
    body_bytes: int = _count("largest body", 8388608, "bytes")
    weights_bytes: int = _count("largest file of weights, also unpacked", 5242880, "bytes")
    work: int = _count("largest price", 60_000_000_000, "multiply-adds")
    numbers: int = _count("largest answer", 5_000_000, "numbers")
    training: TrainingLimits = block(TrainingLimits, "the largest training")
    sweep: SweepLimits = block(SweepLimits, "the largest sweep")


class CatalogAnswer(BaseModel):
    """Answer of /api/v1/catalog."""

    version: str = doc("version of the server", unit="version", example="0.2.0")
    commit: str | None = doc("source revision, where known", unit="revision", example="1a2b3c4")
    cells: list[CellEntry] = _each(CellEntry, "recurrent cells")
    normalizations: list[NormalizationEntry] = _each(
        NormalizationEntry, "normalizations of the plain cell"
    )
    activations: list[ActivationEntry] = _each(ActivationEntry, "activations φ")
    outputs: list[OutputEntry] = _each(OutputEntry, "readouts with their losses")
    schemes: list[SchemeEntry] = _each(SchemeEntry, "initialisations")
    optimizers: list[OptimizerEntry] = _each(OptimizerEntry, "optimizers of a training")
    schedules: list[ScheduleEntry] = _each(ScheduleEntry, "schedules of the learning rate")
    loss_at: list[str] = _names("values of data.loss_at", "every", "last")
    input_at: list[str] = _names("values of data.input_at", "every", "first")
    clip_by: list[str] = _names("values of clip.by", "norm", "matrix", "value")
    precisions: list[str] = _names("values of precision", "float64", "float32")
    include: list[str] = _names("values of include", "credit", "jacobians", "shares")
    data_kinds: list[str] = _names("values of data.kind", "arrays", "text", "series", "task")
    tasks: list[TaskEntry] = _each(TaskEntry, "made tasks with their baselines")
    series: list[SeriesEntry] = _each(SeriesEntry, "real series")
    presets: list[PresetEntry] = _each(PresetEntry, "situations worth looking at")
    defaults: Defaults = block(Defaults, "what a request means where it is silent")
    limits: Limits = block(Limits, "the largest request that is served")
