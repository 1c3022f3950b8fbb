"""What work costs: processor time of Python and of its PostgreSQL backend, queries.

For scripts that Odoo's shell runs. Times of the wall are noise where anything else
runs; processor time is not.
"""

import json
import os
import statistics
import time
from contextlib import closing, contextmanager
from pathlib import Path


class Meter:
    """Collects figures by name, round by round."""

    def __init__(self, env):
        self.env = env
        self.rounds = {}
        self.keeps = True

    def _get_cpu(self):
        """Seconds of processor time: (Python, PostgreSQL)."""
        times = os.times()
        pid = self.env.cr._cnx.info.backend_pid
        stat = Path(f"/proc/{pid}/stat")
        # Of a server on another machine nothing is known here.
        if not stat.exists():
            return times.user + times.system, 0.0
        values = stat.read_text().rsplit(")", 1)[1].split()
        ticks = int(values[11]) + int(values[12])
        return times.user + times.system, ticks / os.sysconf("SC_CLK_TCK")

    @contextmanager
    def measured(self, name, number=1):
        """With nothing in memory at first, and all stored at the end.

        :param int number: of documents that the figures are divided by
        """
        env = self.env
        env.cr.flush()
        env.invalidate_all()
        queries, wall = env.cr.sql_log_count, time.perf_counter()
        python, server = self._get_cpu()
        yield
        # With what is done before a commit, such as counting.
        env.cr.flush()
        python_end, server_end = self._get_cpu()
        if self.keeps:
            self.rounds.setdefault(name, []).append(
                {
                    "python": (python_end - python) / number,
                    "postgres": (server_end - server) / number,
                    "wall": (time.perf_counter() - wall) / number,
                    "queries": (env.cr.sql_log_count - queries) / number,
                }
            )

    @contextmanager
    def rolled_back(self):
        """Nothing of it is stored."""
        with closing(self.env.cr.savepoint()):
            yield
        self.env.invalidate_all(flush=False)

    def get_medians(self):
        """
        :return: dict, name to dict of medians
        """
        return {
            name: {
                key: statistics.median(figures[key] for figures in rounds)
                for key in rounds[0]
            }
            for name, rounds in self.rounds.items()
        }

    def write(self, path):
        Path(path).write_text(json.dumps(self.get_medians(), indent=2) + "\n")
