"""`aip plugin`: the bundles at hand, what they say about themselves, and where a chain uses them."""

from pathlib import Path
from typing import Annotated

import typer

from aipchain.cli.bundles import (
    BundleArgument,
    PluginsOption,
    SettingsOption,
    SlotOption,
    plugin_change,
    slots_of,
)
from aipchain.cli.chains import BasePathOption, UrlOption, reading
from aipchain.cli.documents import hexed
from aipchain.cli.grid import ChargesOption, LinesOption, read_grid
from aipchain.cli.lookup import find_community, plugin_label
from aipchain.cli.output import AsJson, show_json, show_table
from aipchain.cli.quantities import format_time
from aipchain.cli.signing import SigningOptions, signing, signs, tell
from aipchain.cli.terms import U32_MAX, CommunityArgument
from aipchain.errors import InputError
from aipchain.plugins.bundle import Bundle
from aipchain.plugins.catalogue import Catalogue
from aipchain.plugins.manifest import ConfigField
from aipchain.runtime_bridge import calls, reads
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.types import CommunityId, Epoch, Hash, Slot, SlotState

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)

OfCommunity = Annotated[
    int | None,
    typer.Option("--community", min=0, max=U32_MAX, help="Also show what is in each slot of this community."),
]


@app.command("list")
def list_(
    plugins: PluginsOption = None,
    community: OfCommunity = None,
    url: UrlOption = None,
    base_path: BasePathOption = None,
    as_json: AsJson = False,
) -> None:
    """List the plugins at hand; with --community also what its slots have on the chain."""
    bundles = Catalogue.discover(plugins or ()).bundles
    listed = [_summary(bundle) for bundle in bundles]
    slots = _slots_on_chain(community, url, base_path)
    if as_json:
        show_json({"plugins": listed, **({} if slots is None else {"slots": slots})})
        return
    show_table(
        "Plugins at hand",
        ("name", "slots", "id", "summary"),
        (
            (bundle.label, ", ".join(_slot_names(bundle)), f"{bundle.id[:10]}…", bundle.manifest.summary)
            for bundle in bundles
        ),
    )
    _show_slots(community, slots)


@app.command()
def show(
    name: BundleArgument,
    plugins: PluginsOption = None,
    community: OfCommunity = None,
    url: UrlOption = None,
    base_path: BasePathOption = None,
    as_json: AsJson = False,
) -> None:
    """Show what a plugin says about itself, and its settings; with --community also what its slots have there."""
    bundle = Catalogue.discover(plugins or ()).find(name)
    manifest = bundle.manifest
    slots = _slots_on_chain(community, url, base_path)
    if as_json:
        manifest_document = manifest.model_dump(mode="json", by_alias=True, exclude={"config"})
        document = {
            "id": bundle.id,
            "label": bundle.label,
            "slots": _slot_names(bundle),
            "manifest": manifest_document,
            "config_schema": manifest.config_schema(),
            "files": {path: len(content) for path, content in bundle.files.items()},
        }
        show_json({**document, **({} if slots is None else {"slots_on_chain": slots})})
        return
    rows = (
        ("id", bundle.id),
        ("slots", ", ".join(_slot_names(bundle))),
        ("summary", manifest.summary),
        ("hooks", ", ".join(f"{claim.hook} ({claim.consensus.value})" for claim in manifest.hooks)),
        ("host API", f"{manifest.host_api[0]} to {manifest.host_api[1]}"),
        ("budget per call", f"{manifest.budget.cpu_ms} ms, {manifest.budget.memory_mib} MiB"),
        ("licence", manifest.licence),
        ("authors", ", ".join(manifest.authors)),
        ("files", ", ".join(bundle.files)),
    )
    show_table(f"Plugin {bundle.label}", ("what", "value"), rows)
    if manifest.config:
        settings = ((key, *_setting(field)) for key, field in sorted(manifest.config.items()))
        show_table("Settings", ("key", "default", "allowed", "meaning"), settings)
    _show_slots(community, slots)


@app.command()
@signs
def register(
    name: BundleArgument,
    plugins: PluginsOption = None,
    *,
    by: SigningOptions,
    as_json: AsJson = False,
) -> None:
    """Make a plugin known to the chain, so that communities can vote for it. Anyone may; it can never be changed."""
    bundle = Catalogue.discover(plugins or ()).find(name)
    manifest = bundle.manifest
    with signing(by) as signatory:
        call = calls.register_build(
            signatory.connection.metadata,
            bundle=bundle.digest,
            name=manifest.name,
            release=manifest.release,
            build=manifest.build,
        )
        outcome = signatory.submit(call)
    tell(outcome, f"{bundle.label} is registered as {bundle.id}", as_json)


@app.command()
@signs
def install(
    community: CommunityArgument,
    name: BundleArgument,
    slot: SlotOption = None,
    settings: SettingsOption = None,
    charges: ChargesOption = None,
    lines: LinesOption = None,
    plugins: PluginsOption = None,
    *,
    by: SigningOptions,
    as_json: AsJson = False,
) -> None:
    """Fill an empty slot of a community; later only a vote changes it. A steward signs."""
    bundle, change = plugin_change(name, plugins or (), slot, settings or (), read_grid(charges or (), lines or ()))
    with signing(by) as signatory:
        find_community(signatory.connection, community)
        metadata = signatory.connection.metadata
        call = calls.install(metadata, community=CommunityId(community), slot=change.slot, binding=change.binding)
        outcome = signatory.submit(call)
    tell(outcome, f"{bundle.label} is in slot {change.slot.name.lower()} of community {community}", as_json)


def _slot_names(bundle: Bundle) -> list[str]:
    return [slot.name.lower() for slot in slots_of(bundle)]


def _summary(bundle: Bundle) -> dict[str, object]:
    manifest = bundle.manifest
    return {
        "name": manifest.name,
        "release": manifest.release,
        "build": manifest.build,
        "id": bundle.id,
        "slots": _slot_names(bundle),
        "summary": manifest.summary,
        "folder": str(bundle.folder),
    }


def _setting(field: ConfigField) -> tuple[str, str, str]:
    allowed = ", ".join(field.choices)
    if field.minimum is not None or field.maximum is not None:
        allowed = f"{'' if field.minimum is None else field.minimum}..{'' if field.maximum is None else field.maximum}"
    unit = f" ({field.unit})" if field.unit else ""
    return str(field.default), allowed or "any", f"{field.label}{unit}: {field.help} Affects {field.affects}."


def _slots_on_chain(
    community: int | None, url: str | None, base_path: Path | None
) -> dict[str, dict[str, object] | None] | None:
    """Read what each slot of a community has; None when no community was named.

    :raises InputError: a chain was named, but no community.
    """
    if community is None:
        if url is not None or base_path is not None:
            raise InputError("say with --community which community of that chain is meant")
        return None
    with reading(url, base_path) as connection:
        found = find_community(connection, community)
        epoch = reads.chain_time(connection) // found.epoch_s
        return {
            slot.name.lower(): _slot_document(
                connection, reads.slot(connection, CommunityId(community), slot), epoch, found.epoch_s
            )
            for slot in Slot
        }


def _slot_document(
    connection: Connection, state: SlotState | None, epoch: int, epoch_s: int
) -> dict[str, object] | None:
    if state is None:
        return None
    active, waits = state.at(Epoch(epoch)), state.pending is not None and epoch < state.pending[1]
    document: dict[str, object] = {"active": _bound(connection, active)}
    if state.pending is not None and waits:
        binding_hash, from_epoch = state.pending
        document["pending"] = {
            **_bound(connection, binding_hash),
            "from_epoch": from_epoch,
            "from_time": from_epoch * epoch_s,
        }
    return document | {"fallback": _bound(connection, state.fallback)}


def _bound(connection: Connection, binding_hash: Hash) -> dict[str, object]:
    bound = reads.binding(connection, binding_hash)
    return {
        "plugin": plugin_label(connection, binding_hash),
        "bundle": hexed(bound.binding.bundle) if bound else None,
        "config": bound.binding.config.decode(errors="replace") if bound else None,
        "binding_hash": hexed(binding_hash),
    }


def _show_slots(community: int | None, slots: dict[str, dict[str, object] | None] | None) -> None:
    if slots is not None:
        show_table(f"Slots of community {community}", ("slot", "state", "plugin", "binding"), _slot_rows(slots))


def _slot_rows(slots: dict[str, dict[str, object] | None]) -> list[tuple[str, str, str, str]]:
    rows = []
    for slot, states in slots.items():
        if states is None:
            rows.append((slot, "empty", "-", "-"))
            continue
        for state, bound in states.items():
            rows.append(_slot_row(slot, state, bound))
    return rows


def _slot_row(slot: str, state: str, bound: object) -> tuple[str, str, str, str]:
    if not isinstance(bound, dict):
        return slot, state, "-", "-"
    when = f" from {format_time(bound['from_time'])}" if "from_time" in bound else ""
    return slot, f"{state}{when}", str(bound["plugin"]), f"{str(bound['binding_hash'])[:10]}…"
