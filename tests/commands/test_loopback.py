"""The server listens on this computer only, whatever the configuration says."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from kiosk.__main__ import main
from tests.builders import a_rehearsal_vault


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.10", "kiosk.example.jp", ""])  # noqa: S104 -- refused
def test_any_other_address_is_refused(tmp_path: Path, host: str) -> None:
    a_rehearsal_vault(tmp_path / "data").lock()
    config = tmp_path / "kiosk.toml"
    config.write_text(f'host = "{host}"\nport = 0\n', "utf-8")
    done = CliRunner(env={"KIOSK_DATA": str(tmp_path / "data")}).invoke(main, ["serve", "--config", str(config)])
    assert done.exit_code == 2
    assert "loopback only" in done.output
