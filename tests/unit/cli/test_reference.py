"""docs/cli.md says what the commands say."""

from pathlib import Path

from aipchain.cli.reference import reference

REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "cli.md"


def test_the_reference_is_made_from_the_commands() -> None:
    """Whoever changes a command makes docs/cli.md anew: `python -m aipchain.cli.reference > docs/cli.md`."""
    assert REFERENCE.read_text(encoding="utf-8") == reference()


def test_no_option_takes_a_secret() -> None:
    """Keys come from files or are well known; an argument list is visible to everyone on a machine."""
    options = [line.split("`")[1].split()[0] for line in reference().splitlines() if line.startswith("* `--")]

    assert not {"--password", "--seed-phrase", "--mnemonic", "--suri", "--secret", "--key"} & set(options)
    assert {"--key-file", "--dev"} <= set(options)
