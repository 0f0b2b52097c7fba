"""`dovetail completion bash|zsh|fish`: prints a script that completes commands and options. Called by main."""

import sys

from dovetail.app.options import RUN_OPTIONS
from dovetail.cli.arguments import make_parser
from dovetail.cli.command import COMMANDS
from dovetail.model.vocabulary import Vocabulary

EPILOG = """\
bash  eval "$(dovetail completion bash)"       in ~/.bashrc
zsh   eval "$(dovetail completion zsh)"        in ~/.zshrc
fish  dovetail completion fish | source       in ~/.config/fish/config.fish
"""


def main(words: list[str]) -> int:
    parser = make_parser("completion", EPILOG)
    parser.add_argument("shell", choices=tuple(WRITERS), help="the shell to complete in")
    parsed = parser.parse_args(words[1:])
    sys.stdout.write(WRITERS[parsed.shell]())
    return 0


def list_flags() -> list[tuple[str, str]]:
    return [(option.flag, option.doc) for option in RUN_OPTIONS] + [("--dry-run", "print what would be done")]


def list_scopes() -> tuple[str, ...]:
    return ("all", *Vocabulary((), ()).scopes)


def write_bash() -> str:
    commands = " ".join(name for name, _, _ in COMMANDS)
    flags = " ".join(flag for flag, _ in list_flags())
    return f"""\
_dovetail() {{
  local word=${{COMP_WORDS[COMP_CWORD]}}
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "{commands}" -- "$word"))
  elif [ "${{COMP_WORDS[1]}}" = run ] && [ "${{word#-}}" != "$word" ]; then
    COMPREPLY=($(compgen -W "{flags}" -- "$word"))
  elif [ "${{COMP_WORDS[1]}}" = run ]; then
    COMPREPLY=($(compgen -W "{" ".join(list_scopes())}" -- "$word") $(compgen -f -- "$word"))
  else
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}}
complete -F _dovetail dovetail
"""


def write_zsh() -> str:
    commands = "\n".join(f"    {quote(f'{name}:{sentence}')}" for name, _, sentence in COMMANDS)
    flags = "\n".join(f"    {quote(f'{flag}[{doc}]')}" for flag, doc in list_flags())
    return f"""\
_dovetail() {{
  local -a commands flags
  commands=(
{commands}
  )
  flags=(
{flags}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
  elif [[ $words[2] == run ]]; then
    _arguments $flags '*:scope:({" ".join(list_scopes())})'
  else
    _files
  fi
}}
compdef _dovetail dovetail
"""


def write_fish() -> str:
    rows = [
        f"complete -c dovetail -n __fish_use_subcommand -f -a {name} -d {quote(sentence)}"
        for name, _, sentence in COMMANDS
    ]
    seen = "'__fish_seen_subcommand_from run'"
    rows += [f"complete -c dovetail -n {seen} -l {flag[2:]} -d {quote(doc)}" for flag, doc in list_flags()]
    rows.append(f"complete -c dovetail -n {seen} -a {quote(' '.join(list_scopes()))}")
    return "\n".join(rows) + "\n"


def quote(text: str) -> str:
    """Quote for all three shells, whose only common ground is a text without quotes."""
    return "'" + text.replace("'", "") + "'"


WRITERS = {"bash": write_bash, "zsh": write_zsh, "fish": write_fish}
