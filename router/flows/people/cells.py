"""Cells that a spreadsheet would run as a formula, made harmless in a way that can be undone.

The rule is OWASP's ("CSV Injection"): what begins with = + - @, a tab or a line break gets an
apostrophe in front. One that has an apostrophe before such a sign already gets another, so that
taking one away always gives back what was written.
"""

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
_PHONE_NUMBER = re.compile(r"\+[0-9]+")


def guard(text: str) -> str:
    """`text` as a cell that no spreadsheet runs.

    >>> guard("=1+1"), guard("'=1"), guard("it's"), guard("'tis")
    ("'=1+1", "''=1", "it's", "'tis")
    """
    return f"'{text}" if _FORMULA.match(text) else text


def guard_number(text: str) -> str:
    """The same for an address: a phone number stays as it is.

    >>> guard_number("+16125550001"), guard_number("-Bank")
    ('+16125550001', "'-Bank")
    """
    return text if _PHONE_NUMBER.fullmatch(text) else guard(text)


def unguard(cell: str) -> str:
    """The inverse of `guard`; other cells stay as they are.

    >>> unguard("'=1+1"), unguard("''=1"), unguard("'tis")
    ('=1+1', "'=1", "'tis")
    """
    return cell[1:] if _GUARDED.match(cell) else cell
