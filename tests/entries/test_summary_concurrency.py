import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from random import Random
from unittest.mock import patch

from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common.committed import TIMEOUT, CommittedCase

#: What two people do at the same moment, in each of this many rounds.
ROUNDS = 25


@tagged("post_install", "-at_install")
class TestSummaryConcurrency(CommittedCase):
    """Two connections save time at the same moment: the rows are those of the entries.

    A transaction that was too slow is run again, as a request is.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.registry.cursor() as cr:
            env = cls._environment(cr)
            project = env["project.billing.period"].browse(cls.period_ids).project_id
            cls.project_id = project.id
            cls.employee_ids = project.timesheet_ids.employee_id.ids
            contact = cls._create(env, "res.partner", name="Colleague at once")
            cls.employee_ids += cls._create(
                env, "hr.employee", name=contact.name, work_contact_id=contact.id
            ).ids

    @classmethod
    def _remove(cls):
        with cls.registry.cursor() as cr:
            env = cls._environment(cr)
            time = env["account.analytic.line"].search(
                [("project_id", "=", cls.project_id)]
            )
            time.employee_id.timesheet_locked_until = False
            env["project.billing.period"].browse(
                cls.period_ids
            ).invoice_line_ids.move_id.unlink()
            time.exists().unlink()
            cls.created = [item for item in cls.created if item[0] != time._name]
        super()._remove()

    # ------------------------------------------------------------------ what is done

    def _log(self, env, number):
        env["account.analytic.line"].create(
            {
                "name": "Work",
                "project_id": self.project_id,
                "employee_id": self.employee_ids[number % 2],
                "date": date(2026, 1 + number % 3, 1 + number % 20),
                "unit_amount": 1.0 + number % 4,
            }
        )

    def _get_entry(self, env, number):
        entries = env["account.analytic.line"].search(
            [("project_id", "=", self.project_id), ("invoice_line_id", "=", False)],
            order="id",
        )
        return entries[number % len(entries)] if entries else entries

    def _change(self, env, number):
        self._get_entry(env, number).unit_amount = 0.5 + number % 5

    def _move(self, env, number):
        self._get_entry(env, number).date = date(2026, 1 + number % 3, 5)

    def _delete(self, env, number):
        self._get_entry(env, number).unlink()

    def _hold(self, env, number):
        entry = self._get_entry(env, number)
        if entry:
            entry.write(
                {"billing_hold": ("hold", "bill")[number % 2], "hold_reason": "Agreed"}
            )

    def _generate(self, env, number):
        period = env["project.billing.period"].browse(self.period_ids[number % 3])
        period._generate_invoices("Because")

    def _cancel(self, env, number):
        periods = env["project.billing.period"].browse(self.period_ids)
        invoices = periods.invoice_line_ids.move_id.filtered(
            lambda move: move.state == "draft"
        )
        invoices[:1].button_cancel()

    # ------------------------------------------------------------------------ tests

    def _run_at_once(self, steps):
        """
        :param steps: list of functions of an environment
        """
        start = threading.Barrier(len(steps))

        def run(step):
            with self.registry.cursor() as cr:
                env = self._environment(cr)
                waiting = [start]

                def once():
                    # Both have begun, and see the same.
                    env["res.users"].search_count([])
                    if waiting:
                        waiting.pop().wait(TIMEOUT)
                    step(env)

                retrying(once, env)

        # Odoo's runner holds the lock of the registries while it runs the tests.
        with (
            patch.object(Registry, "_lock", DummyRLock()),
            ThreadPoolExecutor(max_workers=len(steps)) as executor,
        ):
            for future in [executor.submit(run, step) for step in steps]:
                future.result(TIMEOUT)

    def assertCounted(self, steps):
        with self.registry.cursor() as cr:
            env = self._environment(cr)
            Time = env["project.billing.time"]
            rows = Time.search_read([("project_id", "=", self.project_id)])
            Time._touch(projects=[self.project_id])
            Time._count_touched()
            Time.invalidate_model()
            again = Time.search_read([("project_id", "=", self.project_id)])
            for row in (*rows, *again):
                row.pop("counted_on")
            self.assertEqual(rows, again, steps)
            cr.rollback()

    @mute_logger("odoo.service.model", "odoo.sql_db")
    def test_two_move_the_last_day(self):
        """Each sees the other's entry on that day, so for neither anything changes."""
        with self.registry.cursor() as cr:
            entries = self._environment(cr)["account.analytic.line"].create(
                [
                    {
                        "name": "Work",
                        "project_id": self.project_id,
                        "employee_id": self.employee_ids[0],
                        "date": date(2026, 1, 19),
                        "unit_amount": 1.0,
                    }
                    for _entry in "12"
                ]
            )
            ids = entries.ids
        self._run_at_once(
            [
                lambda env, id_=id_: (
                    env["account.analytic.line"]
                    .browse(id_)
                    .write({"date": date(2026, 1, 6)})
                )
                for id_ in ids
            ]
        )
        self.assertCounted("two move")

    @mute_logger("odoo.service.model", "odoo.sql_db")
    def test_random(self):
        random = Random(19)  # noqa: S311 - the same steps each time
        actions = [
            self._log,
            self._log,
            self._change,
            self._move,
            self._delete,
            self._hold,
            self._generate,
            self._cancel,
        ]
        for turn in range(ROUNDS):
            steps = [(random.choice(actions), random.randrange(1000)) for _ in "12"]
            self._run_at_once(
                [
                    lambda env, action=action, number=number: action(env, number)
                    for action, number in steps
                ]
            )
            self.assertCounted(
                [turn, *((action.__name__, number) for action, number in steps)]
            )
