"""What an author tells the runtime: item keys as published, both layouts, a proof that proves."""

import pytest
import sr25519

from aipchain.chain.host.block import Header
from aipchain.chain.host.inherents import BlockFacts, inherent_data, storage_prefix
from aipchain.chain.host.scale import compact, read_compact, read_u32, read_u64, read_vec, u64
from aipchain.chain.host.trie import blake2_256

PARENT = Header(b"p" * 32, 3, b"s" * 32, b"e" * 32).encode()
AT_MS = 1_475_445_606_000


def decoded(facts: BlockFacts) -> dict[bytes, bytes]:
    """Read the map that `inherent_data` encodes."""
    encoded = inherent_data(facts)
    count, at = read_compact(encoded)
    entries = {}
    for _ in range(count):
        name = encoded[at : at + 8]
        entries[name], at = read_vec(encoded, at + 8)
    assert at == len(encoded)
    return entries


def relay_proof(parachain_data: bytes) -> tuple[bytes, list[bytes], int]:
    """Return storage root, proof nodes, and where the messages start."""
    _, at = read_vec(parachain_data)
    root = parachain_data[at + 4 : at + 36]
    count, at = read_compact(parachain_data, at + 40)
    nodes = []
    for _ in range(count):
        node, at = read_vec(parachain_data, at)
        nodes.append(node)
    return root, nodes, at


@pytest.mark.parametrize(
    ("pallet", "item", "prefix"),
    [
        ("Babe", "CurrentSlot", "1cb6f36e027abb2091cfb5110ab5087f06155b3cd9a8c9e5e9a23fd5dc13a5ed"),
        ("Babe", "Authorities", "1cb6f36e027abb2091cfb5110ab5087f5e0621c4869aa60c02be9adcc98a0d1d"),
        ("Configuration", "ActiveConfig", "06de3d8a54d27e44a9d5ce189618f22db4b49d95320d9021994c850f25b8e385"),
        ("Dmp", "DownwardMessageQueueHeads", "63f78c98723ddc9073523ef3beefda0c4d7fefc408aac59dbfe80a72ac8e3ce5"),
        ("Paras", "Heads", "cd710b30bd2eab0352ddcc26417aa1941b3c252fcb29d88eff4f3de5de4476c3"),
        ("Paras", "UpgradeGoAheadSignal", "cd710b30bd2eab0352ddcc26417aa1949e94c040f5e73d9b7addd6cb603d15d3"),
        ("Hrmp", "HrmpIngressChannelsIndex", "6a0da05ca59913bc38a8630590f2627c1d3719f5b0b12c7105c073c507445948"),
        ("Hrmp", "HrmpEgressChannelsIndex", "6a0da05ca59913bc38a8630590f2627cf12b746dcf32e843354583c9702cc020"),
    ],
)
def test_item_keys_are_the_relay_chains_well_known_keys(pallet: str, item: str, prefix: str) -> None:
    """The prefixes equal those in the SDK's `well_known_keys`."""
    assert storage_prefix(pallet, item).hex() == prefix


def test_both_layouts_and_the_time_are_given_in_order() -> None:
    """A map in key order with the old and the new parachain inherent, and the block's time in milliseconds."""
    entries = decoded(BlockFacts(AT_MS, PARENT, para_id=1000))

    assert list(entries) == [b"sysi1337", b"sysi1338", b"timstap0"]
    assert entries[b"timstap0"] == u64(AT_MS)
    assert entries[b"sysi1338"] == entries[b"sysi1337"] + b"\x00\x00"


def test_the_relay_chain_has_one_block_per_slot() -> None:
    """Its number rises with the time, so it never has to be remembered."""
    _, at = read_vec(decoded(BlockFacts(AT_MS, PARENT, 1000))[b"sysi1337"])
    number, _ = read_u32(decoded(BlockFacts(AT_MS, PARENT, 1000))[b"sysi1337"], at)
    later, _ = read_u32(decoded(BlockFacts(AT_MS + 6_000, PARENT, 1000))[b"sysi1337"], at)

    assert number == AT_MS // 6_000
    assert later == number + 1


def test_the_proof_holds_the_node_that_the_root_is_the_hash_of() -> None:
    """Root and nodes belong together, the nodes are sorted and distinct, and no message follows."""
    data = decoded(BlockFacts(AT_MS, PARENT, 1000))[b"sysi1337"]
    root, nodes, at = relay_proof(data)

    assert root in {blake2_256(node) for node in nodes}
    assert nodes == sorted(set(nodes))
    assert data[at:] == b"\x00\x00"


def test_an_announced_upgrade_gets_its_signal() -> None:
    """The go-ahead changes the relay state, and so its root."""
    quiet = relay_proof(decoded(BlockFacts(AT_MS, PARENT, 1000))[b"sysi1337"])
    signal = relay_proof(decoded(BlockFacts(AT_MS, PARENT, 1000, upgrade_go_ahead=True))[b"sysi1337"])

    assert signal[0] != quiet[0]
    assert any(b"\x04\x01" in node for node in signal[1])


def test_an_offset_gives_sealed_relay_headers_that_follow_each_other() -> None:
    """A runtime that wants two relay blocks above its relay parent gets three headers, linked and sealed."""
    entries = decoded(BlockFacts(AT_MS, PARENT, 1000, relay_parent_offset=2))
    root, _, _ = relay_proof(entries[b"sysi1337"])
    added = entries[b"sysi1338"][len(entries[b"sysi1337"]) :]
    count, at = read_compact(added)
    headers = []
    for _ in range(count):
        header, at = Header.read(added, at)
        headers.append(header)

    assert count == 3
    assert headers[0].state_root == root
    assert [header.parent_hash for header in headers[1:]] == [header.hash for header in headers[:-1]]
    assert added[at:] == b"\x00"
    assert all(_is_sealed(header, entries[b"sysi1337"]) for header in headers)


def _is_sealed(header: Header, data: bytes) -> bool:
    """Check the seal against the only authority in the proof."""
    signature, _ = read_vec(header.digest[-1], 5)
    authorities = next(node for node in relay_proof(data)[1] if _looks_like_authorities(node))
    return bool(sr25519.verify(signature, header.unsealed().hash, authorities[1:33]))


def _looks_like_authorities(node: bytes) -> bool:
    """One authority: count, public key, weight 1."""
    return len(node) == 41 and node[:1] == compact(1) and read_u64(node, 33)[0] == 1
