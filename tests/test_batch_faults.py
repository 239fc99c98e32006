from pathlib import Path

from tests.batch_faults import Rig


def test_killed_at_thirty_random_moments_nothing_is_lost_doubled_or_half(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.rounds(30)
    assert sum(rig.mutations(100).values()) >= 95
