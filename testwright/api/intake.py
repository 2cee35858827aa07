"""From a request's body to a session that may be accepted: every rule that pydantic cannot know."""

import asyncio
import hashlib
import json
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from testwright.api.estimates import Estimate, estimate
from testwright.api.problems import MOST_PROBLEMS, field_path, sentence, size_in_words
from testwright.api.requests import FileRequest, TriggerRequest
from testwright.api.services import ApiServices
from testwright.domain.access import LOCAL_OWNER
from testwright.domain.errors import FieldProblem, InputError, PermanentError
from testwright.domain.paths import BadPath, accept_path, base_name, same_file_key
from testwright.domain.ports import ProjectView
from testwright.domain.records import NewSession, RepositoryRecord
from testwright.domain.sessions import Options, SourceFile, UnreadableFile
from testwright.sources.pinning import pin_of, texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What was found valid."""

    new: NewSession
    estimate: Estimate


async def take_in(services: ApiServices, owner: str, request: TriggerRequest, idempotency_key: str | None) -> Intake:
    """Check everything about a request, or raise InputError that names each faulty field."""
    if len(request.files) > services.settings.max_files:
        raise _too_many_files(len(request.files), services.settings.max_files)
    repository = await services.store.repository(request.repository_id, owner)
    paths = _paths(request.files)
    frameworks = _frameworks(services, request, paths)
    files = await _files(services, request, paths, frameworks, repository)
    options = await _options(services, request, repository)
    if options.install:
        refuse_install_for(owner, "options.install")
    writer, model = writer_for(services, options)
    expected = await estimate(services.store, writer=writer, frameworks=frameworks, width=services.settings.width)
    new = NewSession(
        owner=owner,
        repository_id=request.repository_id,
        repository_root=repository.root if repository else None,
        branch=request.repo_branch,
        framework=request.framework or frameworks[0],
        files=files,
        options=options,
        writer=writer,
        model=model,
        estimate_seconds=expected.seconds,
        request_hash=_hash_of(request),
        session_id=request.session_id,
        idempotency_key=idempotency_key,
        pin=await asyncio.to_thread(pin_of, repository.root if repository else None, texts_of(files)),
    )
    return Intake(new=new, estimate=expected)


def refuse_install_for(owner: str, field: str) -> None:
    """Packages are fetched with the rights of whoever runs the service, which nobody else has a part in."""
    if owner != LOCAL_OWNER:
        raise InputError(
            "Packages are installed only for the service's own user.",
            fields=(FieldProblem(field, "is not for this key"),),
            hint="Leave it out, or have the packages installed in the repository.",
        )


async def _options(services: ApiServices, request: TriggerRequest, repository: RepositoryRecord | None) -> Options:
    """What the request says, else what the registered project does."""
    options = request.options.as_options()
    if repository is None:
        return options
    config = await asyncio.to_thread(lambda: services.configured(open_project(services, repository.root)))
    return config.applied(options, frozenset(request.options.model_fields_set))


def writer_for(services: ApiServices, options: Options, *, field: str = "options.model") -> tuple[str, str | None]:
    """`field` is what of the request names the model."""
    try:
        return services.writer_for(options)
    except PermanentError as error:
        raise InputError(
            error.message,
            code=error.code,
            hint=error.hint,
            fields=(FieldProblem(field, "cannot be used here"),),
        ) from error


def refuse(problems: Iterable[FieldProblem]) -> None:
    """Raise InputError when there is any problem."""
    found = list(problems)[:MOST_PROBLEMS]
    if found:
        raise InputError(sentence(found), fields=found, hint="Fix the request and send it again.")


def accepted_paths(named: Iterable[tuple[str, str]]) -> list[str]:
    """The paths in their one spelling; `named` pairs the field's name with the path."""
    paths: list[str] = []
    problems: list[FieldProblem] = []
    first: dict[str, str] = {}
    for field, path in named:
        try:
            path = accept_path(path)
        except BadPath as reason:
            problems.append(FieldProblem(field, str(reason)))
            continue
        earlier = first.setdefault(same_file_key(path), field)
        if earlier != field:
            problems.append(FieldProblem(field, f"names the same file as {earlier}"))
        paths.append(path)
    problems += _files_that_are_folders(first)
    refuse(problems)
    return paths


def _files_that_are_folders(first: dict[str, str]) -> Iterator[FieldProblem]:
    """`first` has the field that names each file, by the file's key."""
    for key, field in first.items():
        above = (key.rsplit("/", depth)[0] for depth in range(1, key.count("/") + 1))
        folder = next((first[folder] for folder in above if folder in first), None)
        if folder is not None:
            yield FieldProblem(field, f"lies below {folder}, which is a file")


def _paths(files: list[FileRequest]) -> list[str]:
    return accepted_paths((field_path(("files", index, "path")), file.path) for index, file in enumerate(files))


def _frameworks(services: ApiServices, request: TriggerRequest, paths: list[str]) -> list[str]:
    """The framework of each file: known, and able to test the file's language."""
    refuse(_framework_problems(services, request, paths))
    return [file.framework or request.framework or "" for file in request.files]


def _framework_problems(services: ApiServices, request: TriggerRequest, paths: list[str]) -> Iterator[FieldProblem]:
    known = [str(framework["name"]) for framework in services.frameworks()]
    if request.framework is not None and not services.languages_of(request.framework):
        yield FieldProblem("framework", f"is not a framework we know; choose one of {', '.join(known)}")
        return
    if request.framework is None and any(file.framework is None for file in request.files):
        yield FieldProblem("framework", "is missing; leave it out only when every file names its own")
        return
    for index, (file, path) in enumerate(zip(request.files, paths, strict=True)):
        framework = file.framework or request.framework or ""
        named_at = field_path(("files", index, "framework")) if file.framework else "framework"
        languages = services.languages_of(framework)
        language = services.language_of_path(path)
        if not languages:
            yield FieldProblem(named_at, f"is not a framework we know; choose one of {', '.join(known)}")
        elif language is None:
            yield FieldProblem(field_path(("files", index, "path")), "is not in a language we can test")
        elif language not in languages:
            able = [name for name in known if language in services.languages_of(name)]
            yield FieldProblem(
                named_at,
                f"{framework} cannot test {language} ({base_name(path)}); use {' or '.join(able) or 'no file of it'}",
            )


async def _files(
    services: ApiServices,
    request: TriggerRequest,
    paths: list[str],
    frameworks: list[str],
    repository: RepositoryRecord | None,
) -> tuple[SourceFile | UnreadableFile, ...]:
    """Each file with its text: from the request, else from the registered repository."""
    sent = [file.content for file in request.files]
    most = services.settings.max_file_bytes
    _refuse_large(
        [(index, paths[index], len(text.encode())) for index, text in enumerate(sent) if text is not None], most
    )
    if repository is None:
        refuse(
            FieldProblem(
                field_path(("files", index, "content")),
                "is missing; only a registered repository's files may leave it out",
            )
            for index, text in enumerate(sent)
            if text is None
        )
    absent = [
        WantedFile(field=field_path(("files", index, "path")), path=paths[index], framework=frameworks[index])
        for index, text in enumerate(sent)
        if text is None
    ]
    found = await read_files(services, repository.root, request.repo_branch, absent) if repository else {}
    return tuple(
        found[path] if text is None else SourceFile(path=path, text=text, framework=framework)
        for path, text, framework in zip(paths, sent, frameworks, strict=True)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedFile:
    """A file to read from a registered folder; `field` is what of the request names it."""

    field: str
    path: str
    framework: str


async def read_files(
    services: ApiServices, root: str, branch: str | None, wanted: Sequence[WantedFile]
) -> dict[str, SourceFile | UnreadableFile]:
    """By path. Raises InputError when the folder is gone, stands on another branch, or has no such file."""
    return await asyncio.to_thread(_read_files, services, root, branch, wanted)


def _read_files(
    services: ApiServices, root: str, branch: str | None, wanted: Sequence[WantedFile]
) -> dict[str, SourceFile | UnreadableFile]:
    view = open_project(services, root)
    checked_out = checked_out_branch(Path(root))
    if branch and checked_out and branch != checked_out:
        refuse(
            [FieldProblem("repoBranch", f"is not what the folder has checked out ({checked_out}); check it out first")]
        )
    files: dict[str, SourceFile | UnreadableFile] = {}
    problems: list[FieldProblem] = []
    most = services.settings.max_file_bytes
    for file in wanted:
        text = view.text(file.path)
        if text is not None and len(text.encode()) <= most:
            files[file.path] = SourceFile(path=file.path, text=text, framework=file.framework, from_folder=True)
        elif (error := services.why_unreadable(view.root, file.path, most)) is not None:
            files[file.path] = UnreadableFile(path=file.path, framework=file.framework, error=error)
        else:
            problems.append(FieldProblem(file.field, "is not in the repository"))
    refuse(problems)
    return files


def open_project(services: ApiServices, root: str) -> ProjectView:
    try:
        return services.open_folder(root)
    except OSError as error:
        raise InputError(
            "The repository's folder cannot be read any more.",
            status=404,
            code="repository_gone",
            hint="Put the folder back, or remove the repository from the list.",
        ) from error


def size_of(view: ProjectView, path: str) -> int | None:
    try:
        return os.lstat(os.path.join(view.root, path)).st_size
    except OSError:
        return None


def checked_out_branch(root: Path) -> str | None:
    """The branch a folder stands on; None when it is no plain git checkout or stands on no branch."""
    head = root / ".git" / "HEAD"
    try:
        if not stat.S_ISREG(head.lstat().st_mode):  # Opening a pipe would wait for ever.
            return None
        with head.open("rb") as file:
            text = file.read(1024).decode("utf-8", "replace").strip()
    except OSError:
        return None
    return text.removeprefix("ref: refs/heads/") if text.startswith("ref: refs/heads/") else None


def _refuse_large(sizes: list[tuple[int, str, int]], most: int) -> None:
    """`sizes` holds index, path and bytes of each file."""
    large = [(index, path, size) for index, path, size in sizes if size > most]
    if large:
        limit = size_in_words(most)
        # Just above the limit the rounded sizes are alike: "is 1 MiB; the limit is 1 MiB".
        said = [words if (words := size_in_words(size)) != limit else f"{size:,} bytes" for _, _, size in large]
        raise InputError(
            f"{base_name(large[0][1])} is {said[0]}; the limit is {limit}.",
            status=413,
            code="too_large",
            hint="Leave it out, or raise TESTWRIGHT_MAX_FILE_BYTES.",
            fields=[
                FieldProblem(field_path(("files", index, "content")), f"is {words}; the limit is {limit}")
                for (index, _, _), words in zip(large[:MOST_PROBLEMS], said, strict=False)
            ],
        )


def _too_many_files(count: int, most: int) -> InputError:
    return InputError(
        f"{count} files are too many for one request; the limit is {most}.",
        hint="Send them in several requests, or raise TESTWRIGHT_MAX_FILES.",
        fields=(FieldProblem("files", f"may have at most {most}"),),
    )


def _hash_of(request: TriggerRequest) -> str:
    """Equal for two bodies that say the same. Texts go in as hashes, so that a large request stays cheap."""
    said = request.model_dump(exclude={"files"})
    said["files"] = [
        [file.path, file.framework, None if file.content is None else hashlib.sha256(file.content.encode()).hexdigest()]
        for file in request.files
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
