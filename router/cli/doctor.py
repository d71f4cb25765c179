"""`bellhop doctor`: what is missing or wrong in an installation, and what to do about it."""

import json
import sys
from collections.abc import Callable
from types import MappingProxyType

import click

from router.cli.carrier_diagnosis import check_carrier
from router.cli.diagnosis import (
    check_consent,
    check_database,
    check_inbound,
    check_redis,
    check_senders,
    check_time,
    check_worker,
)
from router.cli.finding import Finding
from router.cli.host_diagnosis import check_disk, check_ledger, check_settings, check_spool
from router.cli.outbox_diagnosis import check_clock_process, check_outbox
from router.cli.outward import check_mail, check_webhooks
from router.cli.rules_diagnosis import check_rules
from router.cli.start import PROBLEMS, opened_world, read_settings
from router.flows.world import World

CHECKS: MappingProxyType[str, Callable[[World], list[Finding]]] = MappingProxyType(
    {
        "settings": check_settings,
        "database": check_database,
        "rules": check_rules,
        "consent": check_consent,
        "redis": check_redis,
        "worker": check_worker,
        "clock": check_clock_process,
        "outbox": check_outbox,
        "ledger": check_ledger,
        "spool": check_spool,
        "disk": check_disk,
        "time": check_time,
        "carrier": check_carrier,
        "senders": check_senders,
        "inbound": check_inbound,
        "mail": check_mail,
        "webhooks": check_webhooks,
    }
)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One object a line: part, ok, says, do.")
def doctor(as_json: bool) -> None:
    """Check settings, database, rulebooks, consent, Redis, worker, clock, outbox, ledger, spool,
    disk, time, carrier, numbers, late texts, mail and webhooks.

    \b
    Example:
      bellhop doctor
    """
    settings = read_settings()
    healthy = True
    with opened_world(settings) as world:
        for part, check in CHECKS.items():
            for finding in check(world):
                healthy = healthy and finding.ok
                click.echo(_as_json(part, finding) if as_json else _as_line(part, finding))
    if not healthy:
        sys.exit(PROBLEMS)


def _as_json(part: str, finding: Finding) -> str:
    return json.dumps(
        {"part": part, "ok": finding.ok, "says": finding.says, "do": finding.do}, ensure_ascii=False
    )


def _as_line(part: str, finding: Finding) -> str:
    line = f"{'ok     ' if finding.ok else 'PROBLEM'} {part}: {finding.says}"
    return line if finding.ok else f"{line}\n        {finding.do}"
