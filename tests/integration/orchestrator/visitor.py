"""Somebody else on the chain of a rehearsal, who founds, measures and mints before ours do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from aipchain.chain.node import Node
from aipchain.chain.rpc.local import LocalTransport
from aipchain.metering.gateway import Registers, Seat, seal, sign_registers
from aipchain.runtime_bridge import calls, facts, reads
from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.connection import Connection, connect
from aipchain.runtime_bridge.keys import development_account, development_device
from aipchain.runtime_bridge.metadata import Call, Metadata
from aipchain.runtime_bridge.submitter import Submitter
from aipchain.units import UnixSeconds, Wh

HOUR = 3_600
PARAMETERS = t.Parameters(600, 300, 900, t.Permill(0))
TRACK = t.TrackSettings(600, HOUR, 600, 600, t.Permill(0), t.Permill(0))


@dataclass
class Visitor:
    """Bob with a community, a meter and a proposal of his own, whose meter feeds in 70 Wh in the hour from `start`."""

    node: Node
    start: UnixSeconds
    minted: list[facts.Event] = field(default_factory=list)

    here = t.CommunityId(0)
    meter = t.MeterId(0)
    bob = development_account("Bob")
    device = development_device("elsewhere")

    def founds(self) -> None:
        """Take the first number of everything."""
        with connect(LocalTransport(self.node)) as connection:
            self._does(connection, calls.batch_all(connection.metadata, list(self._founding(connection.metadata))))

    def measures_and_mints(self) -> None:
        """Do what is due by now: deliver the hour's reading, or mint it once it is final."""
        with connect(LocalTransport(self.node)) as connection:
            now, sent = reads.chain_time(connection), reads.reading(connection, self.start, self.meter)
            if sent is None and now >= self.start + HOUR:
                self._does(connection, self._delivering(connection))
            if sent is not None and not self.minted and now > sent.final_at:
                call = calls.mint(
                    connection.metadata, community=self.here, interval_start=self.start, meters=(self.meter,)
                )
                self.minted.extend(each for each in self._does(connection, call) if isinstance(each, facts.Minted))

    def _founding(self, metadata: Metadata) -> Iterator[Call]:
        yield calls.found(
            metadata,
            name="Elsewhere",
            interval_s=HOUR,
            epoch_s=86_400,
            zones=("a",),
            parameters=PARAMETERS,
            steward=self.bob.public,
        )
        yield calls.admit(metadata, community=self.here, account=self.bob.public, roles=(t.Role.CONSUMER,))
        yield calls.grant_role(metadata, community=self.here, account=self.bob.public, role=t.Role.GATEWAY)
        yield calls.enrol_meter(
            metadata,
            community=self.here,
            owner=self.bob.public,
            device_key=self.device.public,
            zone=0,
            source=t.Source.SOLAR,
            connection_limit_w=10_000,
            import_register_wh=Wh(0),
            export_register_wh=Wh(0),
            reads_from=self.start,
        )
        yield calls.set_track(metadata, community=self.here, kind=t.TrackKind.PARAMETER, settings=TRACK)
        later = t.ParametersChange(replace(PARAMETERS, grace_s=1_800))
        yield calls.propose(metadata, community=self.here, change=later, predecessor=bytes(32))

    def _delivering(self, connection: Connection) -> Call:
        seat = Seat(connection.genesis_hash, self.here, self.bob.public)
        signed = sign_registers(seat, self.device, self.meter, self.start, Registers(Wh(0), Wh(70)))
        batch = seal(seat, self.start, [signed])
        return calls.submit_batch(
            connection.metadata,
            community=self.here,
            interval_start=self.start,
            batch_id=batch.batch_id,
            readings=batch.readings,
        )

    def _does(self, connection: Connection, call: Call) -> tuple[facts.Event, ...]:
        submitter = Submitter(connection, wait=lambda attempt: bool(self.node.author()) and attempt < 5)
        return submitter.submit(call, self.bob).events()
