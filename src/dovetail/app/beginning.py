"""What `dovetail init` writes: a first dovetail.yaml and a first check, fitted to what stands in the folder."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml
from msgspec import Struct

from dovetail.errors import Problem, UsageError
from dovetail.plugin.sheet import Sheet
from dovetail.source.location import SYSTEM_FILE, TESTS

COMPOSE_FILES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
DESCRIPTIONS = ("openapi.yaml", "openapi.yml", "openapi.json", "swagger.yaml", "swagger.json")
DESCRIPTION_FOLDERS = (".", "interfaces/api", "api", "docs", "spec")
FIRST_CHECKS = {
    "postgres": "sql: select 1 as one\n        expect: {value: 1}",
    "redis": "redis: PING\n        expect: {value: PONG}",
    "kafka": 'kafka.topics: "*"\n        expect: {error: <absent>}',
}
HELLO = "hello"


class Found(Struct, frozen=True):
    """A service that the folder speaks of; `technology` is empty for own code, `hint` tells how it might start."""

    name: str
    technology: str = ""
    hint: str = ""


class Beginning(Struct, frozen=True):
    """Texts by path, and what is left to fill in by hand."""

    files: Mapping[Path, str]
    left: tuple[str, ...] = ()


def begin(folder: Path, sheets: Sequence[Sheet]) -> Beginning:
    """Look at the folder and write texts that run green as they stand; what cannot be known is a comment in them."""
    system, first = folder / SYSTEM_FILE, folder / TESTS / "first.yaml"
    try:
        system.lstat()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as refused:
        raise UsageError(Problem(f"there can be no {system}: {refused.strerror}")) from refused
    else:
        raise UsageError(Problem(f"{system} is there already", "run its checks: dovetail run"))
    found = list(_find_services(folder, sheets))
    description = _find_description(folder)
    servers = [service for service in found if service.technology in FIRST_CHECKS]
    unknown = [service for service in found if service.technology not in FIRST_CHECKS]
    files = {system: _write_system(_name_of(folder), servers, unknown, description)}
    if not first.exists():
        files[first] = _write_checks(servers)
    left = tuple(
        f"{service.name}: say in {SYSTEM_FILE} how it starts (`run:`), then uncomment it" for service in unknown
    )
    return Beginning(files, left)


def write_beginning(beginning: Beginning) -> None:
    """Write the files; none that exists is touched."""
    for path, text in beginning.files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as failure:
            raise UsageError(Problem(f"{path} cannot be written: {failure.strerror}")) from failure


def _find_services(folder: Path, sheets: Sequence[Sheet]) -> Iterator[Found]:
    compose = _read_compose(folder)
    seen: dict[str, int] = {}
    for name, body in compose.items():
        slug = _slug(str(name)) or "service"
        seen[slug] = seen.get(slug, 0) + 1
        image = str(body.get("image", "")) if isinstance(body, dict) else ""
        technology = _recognise(image, sheets)
        command = body.get("command", "") if isinstance(body, dict) else ""
        hint = " ".join(map(str, command)) if isinstance(command, list) else str(command)
        yield Found(slug if seen[slug] == 1 else f"{slug}-{seen[slug]}", technology, hint)
    if not compose:
        yield from _find_own_code(folder)


def _find_own_code(folder: Path) -> Iterator[Found]:
    package = folder / "package.json"
    if package.is_file():
        try:
            scripts = json.loads(package.read_text(encoding="utf-8")).get("scripts", {})
        except (ValueError, OSError, AttributeError):
            scripts = {}
        if "start" in scripts:
            yield Found(_name_of(folder), hint="npm start")
    elif (folder / "pyproject.toml").is_file():
        yield Found(_name_of(folder), hint=f"python -m {_slug(folder.name).replace('-', '_')} --port {{{{ port }}}}")


def _read_compose(folder: Path) -> Mapping[str, object]:
    for name in COMPOSE_FILES:
        path = folder / name
        if path.is_file():
            try:
                read = yaml.safe_load(path.read_text(encoding="utf-8"))
            except (yaml.YAMLError, OSError, UnicodeDecodeError) as failure:
                raise UsageError(Problem(f"{path} cannot be read", str(failure))) from failure
            services = read.get("services") if isinstance(read, dict) else None
            return services if isinstance(services, dict) else {}
    return {}


def _recognise(image: str, sheets: Sequence[Sheet]) -> str:
    """Return the technology that an image's name speaks of."""
    words = set(re.split(r"[^a-z]+", image.lower().split(":", maxsplit=1)[0]))
    for sheet in sheets:
        if words & {sheet.name, *sheet.aliases} and sheet.name in FIRST_CHECKS:
            return sheet.name
    return ""


def _find_description(folder: Path) -> str:
    for place in DESCRIPTION_FOLDERS:
        for name in DESCRIPTIONS:
            if (folder / place / name).is_file():
                return (Path(place) / name).as_posix()
    return ""


def _write_system(name: str, servers: Sequence[Found], unknown: Sequence[Found], description: str) -> str:
    lines = [f"system: {_spell(name)}", "", "services:"]
    for server in servers:
        lines += [f"  {_spell(server.name)}:", f"    technology: {server.technology}"]
    if not servers:
        lines += [f"  {HELLO}:                   # a service that answers, to see a run; replace it by your own"]
        lines += ["    run: python3 -m http.server {{ port }} --bind 127.0.0.1", "    ready: GET /"]
    for service in unknown:
        lines += ["", *_comment_out(service, servers, description)]
    return "\n".join(lines) + "\n"


def _comment_out(service: Found, servers: Sequence[Found], description: str) -> Iterator[str]:
    yield f"  # {service.name}:"
    yield f"  #   run: {service.hint or '…'}    # how it starts; {{{{ port }}}} is the port it shall listen on"
    yield "  #   ready: GET /health"
    if description:
        yield f"  #   contract: {description}"
    if servers:
        yield "  #   uses:                  # the variable in which it gets each address"
        for server in servers:
            yield f"  #     {server.name}: {{address: {server.name.upper().replace('-', '_')}_URL}}"


def _write_checks(servers: Sequence[Found]) -> str:
    if not servers:
        return (
            f"scope: api\non: {HELLO}\n\nchecks:\n  - name: it answers\n    steps:\n"
            "      - http: GET /\n        expect: {status: 200}\n"
        )
    rows = ["scope: services", "", "checks:"]
    for server in servers:
        rows += [f"  - name: {server.name} answers", f"    on: {_spell(server.name)}", "    steps:"]
        rows += [f"      - {FIRST_CHECKS[server.technology]}"]
    return "\n".join(rows) + "\n"


def _name_of(folder: Path) -> str:
    return _slug(folder.absolute().name) or "system"


def _spell(name: str) -> str:
    """Write a name as a text also where YAML would read something else: `null`, `on`, `2024`."""
    return name if yaml.safe_load(name) == name else json.dumps(name)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
