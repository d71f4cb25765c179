"""An errand: a task's name and the opaque ids it is for. All that a job may carry."""

import re
from dataclasses import dataclass

TASKS_MODULE = "router.jobs.tasks"
OPAQUE_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")


@dataclass(frozen=True, slots=True, order=True)
class Errand:
    """`task` is a function of tasks.py; `ids` its arguments."""

    task: str
    ids: tuple[str, ...]

    @property
    def key(self) -> str:
        """The Redis key that says it was rung and has not begun."""
        return f"bellhop:bell:{self.task}:{':'.join(self.ids)}"

    @property
    def path(self) -> str:
        """The name that RQ stores."""
        return f"{TASKS_MODULE}.{self.task}"
