"""Optimizers: how a parameter moves, once its gradient is known.

Arrays are never written into: a step makes new ones. What an optimizer remembers from
step to step (a velocity, running means) stands in `state`, one dictionary a parameter.

Each optimizer takes three options, by name:

weight_decay  λ: weights, not biases, are pulled towards 0. dW ← dW + λ W, the slope of
              λ/2 · ΣW² added to the loss ("L2"); AdamW does it in another way, see there
clip_norm     all gradients together are made shorter, if need be, so that the root of the
              sum of all their squares is at most this (Pascanu et al. 2013, algorithm 1);
              done before the weight decay
schedule      of purenn.schedules: the factor on the learning rate, epoch by epoch; may be
              set, and a new one begins with its first epoch

Letters: W a parameter, dW its gradient, η the learning rate times the schedule's factor.
"""

from __future__ import annotations

from math import inf, isfinite, sqrt

from purenn.checks import as_whole, check_keys, check_rows, check_whole, real, short
from purenn.errors import ArgumentError, DataError
from purenn.guessing import or_part
from purenn.parts import Part, check_methods, is_foreign

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ClassVar, Self

    from purenn.array import Array
    from purenn.backend import Backend
    from purenn.layers import Parameter
    from purenn.schedules import Schedule

__all__ = ["OPTIMIZERS", "SGD", "Adam", "AdamW", "Optimizer", "RMSProp", "optimizer_from_dict"]

OPTIONS = ("weight_decay", "clip_norm", "schedule")  # that every optimizer takes
LOOKED_AT = 10_000  # epochs of somebody else's schedule, before a run
SAVED = ("class", "settings", "steps", "epochs_begun", "state")  # the keys of state_dict()


class Optimizer(Part):
    """What training asks of an optimizer.

    `start` once a run, `begin_epoch` before each epoch, `step` after each batch; `keep`
    before a step, whose result `put_back` takes if the step does not come to its end.

    learning_rate  the base rate; may be set, and holds from the next step on
    rate           η: learning_rate times the schedule's factor in this epoch
    steps          how many steps were taken
    epochs_begun   how many epochs were begun with this schedule
    parameters     of the network, with their gradients
    state          a dictionary for each of them: what is kept from step to step
    """

    _backend: Backend  # from start on, as _of and state

    arguments: ClassVar[tuple[str, ...]] = ("learning_rate", *OPTIONS)  # of the constructor
    methods = {  # noqa: RUF012 (as Part declares it)
        "start": "parameters, backend",
        "begin_epoch": "epoch",
        "step": "",
        "goes_on": "parameters, backend",
        "keep": "",
        "put_back": "kept",
    }
    needed = ("step",)
    not_yet = (
        ": it has none, or not yet. An __init__ of one's own calls "
        "super().__init__(learning_rate), and start(parameters, backend) begins a run"
    )

    def __init__(
        self,
        learning_rate: float,
        *,
        weight_decay: float = 0.0,
        clip_norm: float | None = None,
        schedule: Schedule | None = None,
    ) -> None:
        name = type(self).__name__
        self.weight_decay = real(weight_decay, f"{name}: weight_decay", least=0.0)
        self.clip_norm = clip_norm
        if clip_norm is not None:
            self.clip_norm = real(clip_norm, f"{name}: clip_norm", above=0.0, also=", or None")
        self._factor = 1.0
        self.schedule = schedule
        self.learning_rate = learning_rate
        self.reset()

    @property
    def learning_rate(self) -> float:
        """The base rate, which the schedule multiplies."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._learning_rate = real(value, f"{type(self).__name__}: learning_rate", above=0.0)
        self.rate = self._learning_rate * self._factor

    @property
    def schedule(self) -> Schedule | None:
        """The factor on the rate, by the number of finished epochs. A new one begins at 0."""
        return self._schedule

    @schedule.setter
    def schedule(self, value: Schedule | None) -> None:
        if value is not None:
            _check_schedule(type(self).__name__, value)
        self._schedule = value
        self.epochs_begun = 0
        if "_learning_rate" in vars(self):
            self._follow_schedule(0)

    @property
    def parameters(self) -> list[Parameter]:
        """What `step` moves: each has a value, a gradient and a memory in `state`."""
        return self._of

    @property
    def backend(self) -> Backend:
        """Of the network that is trained, from `start` on: its functions work on the arrays."""
        return self._backend

    def reset(self) -> None:
        """Forget what was remembered."""
        self.steps = self.epochs_begun = 0
        self.state: list[dict[str, Array]] = []
        self._of: list[Parameter] = []
        self._follow_schedule(0)

    def goes_on(self, parameters: list[Parameter], backend: Backend) -> bool:
        """Whether these are the parameters of the last run, or copies of them as it left them.

        A network and its optimizer may be copied or pickled one by one.
        """
        of = self._of
        if len(parameters) != len(of):
            return False
        return all(p is q for p, q in zip(parameters, of, strict=True)) or all(
            (p.name, p.value.shape) == (q.name, q.value.shape)
            and backend.to_list(p.value) == self._backend.to_list(q.value)
            for p, q in zip(parameters, of, strict=True)
        )

    def start(self, parameters: list[Parameter], backend: Backend) -> None:
        """Begin a run; a run of the same network goes on where the last one ended."""
        if not self.goes_on(parameters, backend):
            self.reset()
            state: list[dict[str, Array]] = [{} for _ in parameters]
        elif backend is self._backend:
            state = self.state
        else:  # the network was moved: what is remembered follows
            rows = self._backend.to_list
            state = [
                {name: backend.from_list(rows(array)) for name, array in memory.items()}
                for memory in self.state
            ]
        self._of, self.state, self._backend = list(parameters), state, backend

    def __getstate__(self) -> dict[str, Any]:
        """For copies and pickles: the backend first, so that one that is missing says so."""
        held = vars(self)
        return {"_backend": self._backend} | held if "_backend" in held else held

    def copy(self) -> Self:
        """One with the same memory, and from now on with steps of its own."""
        twin = super().copy()
        twin.state = [memory.copy() for memory in self.state]
        twin._of = list(self._of)
        return twin

    __copy__ = copy

    def keep(self) -> Any:
        """What a step changes, as it is now: arrays are never written into, so none is copied.

        Of an optimizer of somebody else's, training keeps all attributes besides.
        """
        return self.steps, [m.copy() for m in self.state] if self.remembers() else None

    def put_back(self, kept: Any) -> None:
        """Be as when `keep` gave this."""
        self.steps, memories = kept
        if memories is not None:
            self.state = [memory.copy() for memory in memories]

    def check_rates(self, first: int, epochs: int) -> None:
        """ArgumentError if the schedule makes the rate 0 in one of these epochs.

        A run would go through it without learning anything, and not say a word.
        """
        if self.schedule is None:
            return
        last = first + epochs - 1
        steps: Any = range(first, min(last, first + LOOKED_AT) + 1)
        if not is_foreign(self.schedule):  # purenn's own only fall, once they have warmed up
            steps = [] if self.rate_at(last) else [first_zero(self.rate_at, first, last)]
        for epoch in steps:
            if self.rate_at(epoch) == 0.0:
                raise ArgumentError(
                    f"{self.schedule!r} gives a learning rate of 0 from its epoch {epoch + 1} on, "
                    f"and the run is to take {epochs} epochs from epoch {first + 1} on: give a "
                    "schedule for all epochs of the run, or set optimizer.schedule to a new one"
                )

    def rate_at(self, epoch: float) -> float:
        """η after this many finished epochs of the schedule."""
        return self._learning_rate * self._factor_at(epoch)

    def begin_epoch(self, epoch: float) -> None:
        """Set the rate for what follows after this many finished epochs of the whole run.

        A fraction moves the rate within an epoch. Without a schedule the rate stays.
        """
        self.epochs_begun = int(epoch) + 1
        if self._schedule is not None:
            self._follow_schedule(epoch)

    def _follow_schedule(self, epoch: float) -> None:
        self._factor = self._factor_at(epoch)
        self.rate = self._learning_rate * self._factor

    def _factor_at(self, epoch: float) -> float:
        if self.schedule is None:
            return 1.0
        what = f"{self.schedule!r}: the factor at epoch {epoch:g}"
        return real(self.schedule(epoch), what, least=0.0)

    def step(self) -> None:
        """Move every parameter once, by its gradient."""
        self.lacks("step")

    def gradients(self) -> list[Any]:
        """dW of each parameter, clipped, and with the weight decay of this optimizer."""
        slopes: list[Any] = [W.gradient for W in self._of]
        if self.clip_norm is not None:
            slopes = clipped(slopes, self.clip_norm, self._backend)
        if self.weight_decay:
            return [self._with_decay(W, dW) for W, dW in zip(self._of, slopes, strict=True)]
        return slopes

    def _with_decay(self, W: Parameter, dW: Any) -> Any:
        return dW + self.weight_decay * W.value if _is_weight(W) else dW  # dW + λ W

    # ------------------------------------------------------------ to save and go on

    def remembers(self) -> tuple[str, ...]:
        """The names of what is kept from step to step for each parameter."""
        return ()

    def state_dict(self) -> dict[str, Any]:
        """All that a run needs to go on in another process, as plain data.

        The keys are class, settings, steps, epochs_begun and state: parameter → name →
        rows. JSON keeps every bit of it. Raises ArgumentError for a class or a schedule
        that is neither purenn's nor registered, DataError for numbers that are not finite.
        """
        name = type(self).__name__
        if OPTIMIZERS.get(name) is not type(self):
            raise ArgumentError(
                f"{name} is not one of purenn's optimizers ({', '.join(OPTIMIZERS)}), "
                f"so it cannot be saved; write @nn.register above class {name}"
            )
        return {
            "class": name,
            "settings": self._plain_settings(),
            "steps": self.steps,
            "epochs_begun": self.epochs_begun,
            "state": {
                W.name: {key: self._rows(W, key, array) for key, array in memory.items()}
                for W, memory in zip(self._of, self.state, strict=True)
                if memory
            },
        }

    def _plain_settings(self) -> dict[str, Any]:
        """The settings, those of every optimizer among them, which may be set by hand."""
        from purenn.registering import is_registered, plain_settings  # most runs never save
        from purenn.schedules import schedule_to_dict

        base = {each: getattr(self, each) for each in Optimizer.arguments}
        base["schedule"] = schedule_to_dict(self.schedule)
        if not is_registered(type(self)):
            return self.settings() | {"schedule": base["schedule"]}
        self._check_state()
        return plain_settings(self, type(self).__name__, Optimizer.arguments) | base

    def _check_state(self) -> None:
        """ArgumentError if a class of somebody else's remembers what `remembers` does not name."""
        names = sorted(self.remembers())
        for held in map(sorted, self.state):
            if held and held != names:
                raise ArgumentError(
                    f"{type(self).__name__} keeps {', '.join(held)} in its state, but remembers() "
                    f"gives {', '.join(names) or 'nothing'}; let it return the names of all that "
                    "is kept, and nothing else"
                )

    def _rows(self, W: Parameter, key: str, array: Array) -> list[list[float]]:
        rows = self._backend.to_list(array)
        return check_rows(rows, array.shape, f"{type(self).__name__}: state of {W.name}, {key}")

    def load_state(
        self, data: Any, parameters: list[Parameter], backend: Backend, where: str = "optimizer"
    ) -> None:
        """Go on from a `state_dict()` with these parameters of a network on this backend.

        The hyper-parameters stay those of this optimizer; `optimizer_from_dict` takes them
        from the data too. Raises DataError, and changes nothing, if the data is not what
        an optimizer of this class gives for these parameters.
        """
        if not isinstance(parameters, (list, tuple)):
            found = short(parameters)
            raise ArgumentError(f"parameters is {found}, must be a list: network.trainable")
        data = check_keys(data, SAVED, where)
        if data["class"] != type(self).__name__:
            raise DataError(
                f"{where}.class is {short(data['class'])}, expected {type(self).__name__!r}"
            )
        steps = check_whole(data["steps"], f"{where}.steps")
        epochs_begun = check_whole(data["epochs_begun"], f"{where}.epochs_begun")
        keys = self.remembers() if steps else ()
        names = [W.name for W in parameters] if keys else []
        saved = check_keys(data["state"], names, f"{where}.state")
        state = [
            self._memory(saved.get(W.name, {}), W.value.shape, keys, f"{where}.state.{W.name}")
            for W in parameters
        ]
        self.reset()
        self.start(list(parameters), backend)
        self.steps, self.epochs_begun = steps, epochs_begun
        self.state = [
            {key: backend.from_list(rows) for key, rows in memory.items()} for memory in state
        ]
        self._follow_schedule(max(epochs_begun - 1, 0))

    def _memory(
        self, saved: Any, shape: tuple[int, ...], keys: tuple[str, ...], where: str
    ) -> dict[str, list[list[float]]]:
        """What is remembered of one parameter, checked."""
        saved = check_keys(saved, keys, where)
        memory = {key: check_rows(saved[key], shape, f"{where}.{key}") for key in keys}
        for i, row in enumerate(memory.get("square", ())):
            if min(row) < 0.0:
                raise DataError(f"{where}.square[{i}] holds {min(row)!r}, a square below 0")
        return memory

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.learning_rate!r}{self._options()})"

    def _options(self) -> str:
        """The options in use, for repr."""
        values = (self.weight_decay or None, self.clip_norm, self.schedule)
        pairs = zip(OPTIONS, values, strict=True)
        return "".join(f", {name}={value!r}" for name, value in pairs if value is not None)


class SGD(Optimizer):
    """Gradient descent: W ← W − η dW.

    With momentum μ it has a velocity, V ← μ V + dW, W ← W − η V (Polyak 1964); with
    `nesterov` it looks one step ahead, W ← W − η (dW + μ V) (Sutskever et al. 2013).
    """

    arguments = ("learning_rate", "momentum", "nesterov", *OPTIONS)

    def __init__(
        self,
        learning_rate: float = 0.1,
        momentum: float = 0.0,
        nesterov: bool = False,
        *,
        weight_decay: float = 0.0,
        clip_norm: float | None = None,
        schedule: Schedule | None = None,
    ) -> None:
        super().__init__(
            learning_rate, weight_decay=weight_decay, clip_norm=clip_norm, schedule=schedule
        )
        self.momentum = real(momentum, "SGD: momentum", least=0.0, below=1.0)
        if not (isinstance(nesterov, bool) or as_whole(nesterov) in (0, 1)):
            raise ArgumentError(f"SGD: nesterov is {short(nesterov)}, must be True or False")
        if nesterov and self.momentum == 0.0:
            raise ArgumentError("SGD: nesterov needs a momentum above 0")
        self.nesterov = bool(nesterov)

    def step(self) -> None:
        self.steps += 1
        descend, rate = self._backend.descend, self.rate
        if not (self.momentum or self.weight_decay or self.clip_norm):
            for W in self._of:
                W.value = descend(W.value, W.gradient, rate)  # W − η dW
            return
        for W, memory, dW in zip(self._of, self.state, self.gradients(), strict=True):
            direction = self._velocity(memory, dW) if self.momentum else dW
            W.value = descend(W.value, direction, rate)

    def _velocity(self, memory: dict[str, Array], dW: Any) -> Array:
        """V, or what lies one step ahead of it; V starts at 0."""
        mu = self.momentum
        V = memory["velocity"] = mu * memory["velocity"] + dW if memory else dW
        ahead: Array = dW + mu * V if self.nesterov else V
        return ahead

    def remembers(self) -> tuple[str, ...]:
        return ("velocity",) if self.momentum else ()

    def __repr__(self) -> str:
        momentum = f"momentum={self.momentum!r}, nesterov={self.nesterov}"
        return f"SGD({self.learning_rate!r}, {momentum}{self._options()})"


class RMSProp(Optimizer):
    """Each slope is divided by its usual size (Tieleman and Hinton 2012, lecture 6.5).

    V ← ρ V + (1 − ρ) dW²       the running mean of the square; ρ is `decay`, V starts at 0
    W ← W − η dW / (√V + ε)
    """

    arguments = ("learning_rate", "decay", "epsilon", *OPTIONS)

    def __init__(
        self,
        learning_rate: float = 0.001,
        decay: float = 0.9,
        epsilon: float = 1e-8,
        *,
        weight_decay: float = 0.0,
        clip_norm: float | None = None,
        schedule: Schedule | None = None,
    ) -> None:
        super().__init__(
            learning_rate, weight_decay=weight_decay, clip_norm=clip_norm, schedule=schedule
        )
        self.decay = real(decay, "RMSProp: decay", least=0.0, below=1.0)
        self.epsilon = real(epsilon, "RMSProp: epsilon", above=0.0)

    def step(self) -> None:
        self.steps += 1
        backend, rho = self._backend, self.decay
        for W, memory, dW in zip(self._of, self.state, self.gradients(), strict=True):
            V = (1.0 - rho) * (dW * dW)
            if memory:
                V = rho * memory["square"] + V  # ρ V + (1 − ρ) dW²
            memory["square"] = V
            root = backend.sqrt(V) + self.epsilon  # √V + ε
            W.value = backend.descend(W.value, dW / root, self.rate)

    def remembers(self) -> tuple[str, ...]:
        return ("square",)


class Adam(Optimizer):
    """Steps of about η, whatever the gradient's size (Kingma and Ba 2015, algorithm 1).

    M ← β₁ M + (1 − β₁) dW      the running mean of the gradient
    V ← β₂ V + (1 − β₂) dW²     and of its square; both start at 0, so at step t
    W ← W − η M̂ / (√V̂ + ε)      they are too small by 1 − βᵗ: M̂ = M / (1 − β₁ᵗ), same for V̂
    """

    arguments = ("learning_rate", "beta1", "beta2", "epsilon", *OPTIONS)

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        *,
        weight_decay: float = 0.0,
        clip_norm: float | None = None,
        schedule: Schedule | None = None,
    ) -> None:
        super().__init__(
            learning_rate, weight_decay=weight_decay, clip_norm=clip_norm, schedule=schedule
        )
        name = type(self).__name__
        self.beta1 = real(beta1, f"{name}: beta1", least=0.0, below=1.0)
        self.beta2 = real(beta2, f"{name}: beta2", least=0.0, below=1.0)
        self.epsilon = real(epsilon, f"{name}: epsilon", above=0.0)

    def step(self) -> None:
        self.steps += 1
        backend = self._backend
        beta1, beta2 = self.beta1, self.beta2
        correction1, correction2 = 1.0 - beta1**self.steps, 1.0 - beta2**self.steps
        rate = self.rate / correction1
        for W, memory, dW in zip(self._of, self.state, self.gradients(), strict=True):
            M, V = (1.0 - beta1) * dW, (1.0 - beta2) * (dW * dW)
            if memory:
                M, V = beta1 * memory["mean"] + M, beta2 * memory["square"] + V
            memory["mean"], memory["square"] = M, V
            root = backend.sqrt(V) * (1.0 / sqrt(correction2)) + self.epsilon  # √V̂ + ε
            W.value = backend.descend(W.value, M / root, rate)

    def remembers(self) -> tuple[str, ...]:
        return ("mean", "square")


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2).

    W ← W − η (M̂ / (√V̂ + ε) + λ W): the decay does not go through M and V, which would
    divide it by the size of the gradient. As everywhere here only weights decay, not
    biases; as in PyTorch, η holds the learning rate too (in the paper, the schedule only).
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        *,
        weight_decay: float = 0.01,
        clip_norm: float | None = None,
        schedule: Schedule | None = None,
    ) -> None:
        super().__init__(
            learning_rate,
            beta1,
            beta2,
            epsilon,
            weight_decay=weight_decay,
            clip_norm=clip_norm,
            schedule=schedule,
        )

    def step(self) -> None:
        if self.weight_decay:
            shrink = self.rate * self.weight_decay
            for W in filter(_is_weight, self._of):
                W.value = W.value - shrink * W.value  # W − η λ W
        super().step()

    def _with_decay(self, W: Parameter, dW: Any) -> Any:
        return dW


OPTIMIZERS: dict[str, type[Optimizer]] = {
    optimizer.__name__: optimizer for optimizer in (SGD, RMSProp, Adam, AdamW)
}


def first_zero(rate_at: Callable[[int], float], low: int, high: int) -> int:
    """The first epoch with a rate of 0, of rates that never rise and end at 0."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if rate_at(middle) == 0.0 else (middle + 1, high)
    return low


def optimizer_from_dict(
    data: Any, parameters: list[Parameter], backend: Backend, where: str = "optimizer"
) -> Optimizer:
    """The optimizer that gave this `state_dict()`, to go on with these parameters.

    Raises DataError, with the place in the data, for anything else.
    """
    from purenn.schedules import schedule_from_dict

    data = check_keys(data, SAVED, where)
    name = data["class"]
    if not isinstance(name, str) or name not in OPTIMIZERS:
        from purenn.registering import unknown

        raise DataError(unknown("optimizer", name, f"{where}.class", OPTIMIZERS))
    cls = OPTIMIZERS[name]
    base = [each for each in Optimizer.arguments if each not in cls.arguments]
    settings = dict(check_keys(data["settings"], (*cls.arguments, *base), f"{where}.settings"))
    settings["schedule"] = schedule_from_dict(settings["schedule"], f"{where}.settings.schedule")
    if not isinstance(nesterov := settings.get("nesterov", False), bool):
        raise DataError(f"{where}.settings.nesterov is {short(nesterov)}, expected true or false")
    try:
        optimizer = _made(cls, settings, f"{where}.settings")
    except ArgumentError as error:
        raise DataError(f"{where}.settings: {error}") from error
    optimizer.load_state(data, parameters, backend, where)
    return optimizer


def _made(cls: type[Optimizer], settings: dict[str, Any], where: str) -> Optimizer:
    """The optimizer; one of a registered class gets by hand what its constructor does not take."""
    from purenn.registering import is_registered, made_of

    if not is_registered(cls):
        return cls(**settings)
    base = {each: settings[each] for each in Optimizer.arguments}
    checked = Optimizer(**base)
    own = {each: settings[each] for each in cls.arguments if each not in base}
    taken = {each: base[each] for each in cls.arguments if each in base}
    optimizer: Optimizer = made_of(cls, own, where, taken)
    for each in Optimizer.arguments:
        setattr(optimizer, each, getattr(checked, each))
    return optimizer


def global_norm(gradients: list[Any], backend: Backend) -> float:
    """√(Σ of the squares of all entries of all gradients)."""
    largest = max(backend.item(backend.max(backend.abs(dW))) for dW in gradients)
    if largest == 0.0 or not isfinite(largest):
        return largest
    shares = [dW / largest for dW in gradients]  # whose squares cannot overflow
    squares: Any = sum(backend.sum(S * S, keepdims=True) for S in shares)  # (1 × 1)
    return largest * backend.item(backend.max(backend.sqrt(squares)))


def clipped(gradients: list[Any], clip_norm: float, backend: Backend) -> list[Any]:
    """The gradients, all times one factor if their global norm is above clip_norm.

    Gradients that are not finite stay as they are, so that training sees them and stops.
    """
    norm = global_norm(gradients, backend)
    if not clip_norm < norm < inf:
        return gradients
    return [dW * (clip_norm / norm) for dW in gradients]


def _is_weight(parameter: Parameter) -> bool:
    return parameter.name.startswith("W")


def _check_schedule(owner: str, schedule: Any) -> None:
    from purenn.schedules import SCHEDULES, Schedule  # most runs have none

    if not isinstance(schedule, Schedule):
        mend = or_part(schedule, SCHEDULES, call="(…)", home="nn.schedules.")
        raise ArgumentError(
            f"{owner}: schedule is {short(schedule)}, not one of purenn.schedules, "
            f"such as CosineDecay(epochs=20){mend}"
        )
    check_methods(schedule, Schedule)
