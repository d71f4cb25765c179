"""The cast: the living processes of an installation, by role."""

from dataclasses import dataclass, field

from tests.storm.stage.processes import Keeper, Process

WEB, WORKER, CLOCK = "web", "worker", "clock"
Roles = dict[str, int]
"""How many of each role."""


@dataclass(slots=True)
class Cast:
    """Who plays which role. What is killed here leaves the cast; what ends by itself is counted,
    unless its own server was killed: a web whose server dies twice in a few seconds gives up.
    """

    keeper: Keeper
    environment: dict[str, str]
    living: dict[str, list[Process]] = field(default_factory=dict)
    deserters: int = 0
    _wounded: set[int] = field(default_factory=set)

    def start(self, roles: Roles) -> None:
        """Start so many of each role."""
        for role, count in roles.items():
            for _ in range(count):
                made = self.keeper.start([role], self.environment)
                self.living.setdefault(role, []).append(made)

    def kill(self, role: str, process: Process) -> None:
        """kill -9."""
        self.living[role].remove(process)
        process.kill()

    def kill_server(self, process: Process) -> bool:
        """kill -9 of what a web process has started; False where nothing was running."""
        self._wounded.add(process.pid)
        return bool(process.kill_inner())

    def kill_all(self) -> Roles:
        """kill -9 of everyone, as when the power fails; how many of each role."""
        killed = {role: len(processes) for role, processes in self.living.items()}
        for role, processes in self.living.items():
            for process in list(processes):
                self.kill(role, process)
        return killed

    def replace_deserters(self) -> None:
        """Count and replace those that ended without being told to."""
        ended = self.keeper.ended()
        self.deserters += len(ended.keys() - self._wounded)
        for role, processes in self.living.items():
            for process in [each for each in processes if each.pid in ended]:
                processes.remove(process)
                self.start({role: 1})

    def stop(self) -> None:
        """End everyone as an operator would."""
        for processes in self.living.values():
            while processes:
                processes.pop().end()
