"""How much one process lets in."""

import pytest

from testwright.api.server import room_for_connections


@pytest.mark.parametrize(
    ("open_files", "connections"),
    [(None, 8192), (100_000, 8192), (6_100, 5_076), (1024, 256)],
)
def test_connections_leave_files_for_everything_else(open_files, connections):
    assert room_for_connections(open_files) == connections
