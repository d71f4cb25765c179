"""`python -m router.cli` is the `bellhop` program."""

from router.cli.program import bellhop

if __name__ == "__main__":
    bellhop(prog_name="bellhop")
