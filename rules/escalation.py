"""What an escalation or an assignment makes of a thread."""

from dataclasses import replace

from rules.decision import Assign, ThreadState


def escalated(state: ThreadState, to: Assign) -> ThreadState:
    """The thread in the hands of `to`: a team, unclaimed; or a person, who then has it.

    The caller sees to it that nobody moves a closed thread, or one that staff has answered.
    """
    if to.staff:
        return replace(state, team=to.team, claimed=True, last_assignee=to.staff)
    return replace(state, team=to.team, claimed=False)
