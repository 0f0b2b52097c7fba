"""`python -m dovetail` is the command `dovetail`."""

from dovetail.cli.main import enter

if __name__ == "__main__":
    enter()
