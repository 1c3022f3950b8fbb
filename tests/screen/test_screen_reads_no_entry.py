from contextlib import contextmanager

from odoo.tests import tagged

from ..common.schedule import ScheduleCommon, day

#: Tables with a row for each time entry.
ENTRIES = ("account_analytic_line", "project_billing_part")
#: With a row for each journal item.
JOURNAL_ITEMS = ("account_move_line",)
COLUMNS = (
    "project_id",
    "partner_id",
    "period_label",
    "invoice_date",
    "state",
    "is_overdue",
    "hours",
    "late_hours",
    "amount_to_invoice",
    "amount_is_about",
)
DEBT_COLUMNS = ("employee_id", "kind", "waits_for", "hours", "open_days")


@tagged("post_install", "-at_install")
class TestScreenReadsNoEntry(ScheduleCommon):
    """What finds, counts and sums the rows of the screen looks at no time entry, and at
    no invoice line of the years before.

    PostgreSQL counts, in each transaction, how often it scanned a table or an index of
    it. People have locked whole months here: where a lock falls between the days of a
    row, the entries of that row are asked.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.projects = cls.env["project.project"].union(
            *(cls._create_project(f"Project {number}") for number in range(3))
        )
        for project in cls.projects:
            for employee in cls.consultant | cls.colleague:
                cls._log_time(project, day(1, 12), 2.0, employee)
                cls._log_time(project, day(2, 12), 3.0, employee)
        cls._lock(day(1, 31), cls.consultant)
        cls.period = cls.env["project.billing.period"].with_user(cls.user_accountant)
        cls.debt = cls.env["project.billing.debt"].with_user(cls.user_accountant)
        cls.domain = cls.period.get_cycle_action("to_invoice")["domain"]
        cls.env.cr.flush()

    def _count_scans(self, tables):
        self.env.cr.execute(
            "SELECT SUM(seq_scan) + COALESCE(SUM(idx_scan), 0)"
            "  FROM pg_stat_xact_user_tables WHERE relname IN %s",
            [tables],
        )
        return self.env.cr.fetchone()[0]

    @contextmanager
    def assertReadsNoEntry(self, but=0, tables=ENTRIES + JOURNAL_ITEMS):
        """
        :param int but: scans that are allowed
        :param tables: that are not to be scanned more often
        """
        self.env.cr.flush()
        self.env.invalidate_all()
        before = self._count_scans(tables)
        yield
        self.assertLessEqual(self._count_scans(tables) - before, but)

    def test_reading_an_entry_is_noticed(self):
        with self.assertRaises(AssertionError), self.assertReadsNoEntry():
            self.env["account.analytic.line"].search_count([])

    def test_head(self):
        with self.assertReadsNoEntry():
            overview = self.period.get_cycle_overview()
        counts = {section["key"]: section for section in overview["sections"]}
        self.assertGreater(counts["to_invoice"]["pending"], 0)

    def test_rows(self):
        for order in ("", "amount_to_invoice desc", "hours desc", "state"):
            with self.subTest(order=order), self.assertReadsNoEntry():
                self.period.web_search_read(
                    self.domain, {key: {} for key in COLUMNS}, order=order or None
                )

    def test_readiness(self):
        """Held time stands in no period: the few entries of that are asked by an index
        of their own."""
        periods = self.period.search(self.domain)
        # What was invoiced of these periods is told by their own lines.
        with self.assertReadsNoEntry(but=2 * len(periods), tables=ENTRIES):
            readiness = periods.mapped("readiness")
        self.assertTrue(any(told["open"] for told in readiness))

    def test_groups(self):
        for group in ("state", "partner_id", "billing_owner_id", "invoice_date:month"):
            with self.subTest(group=group), self.assertReadsNoEntry():
                self.period.formatted_read_group(
                    self.domain, [group], ["__count", "hours:sum"]
                )

    def test_nothing_is_compiled(self):
        """By default PostgreSQL spends seconds on that for queries of milliseconds."""
        self.env.cr.execute("SET LOCAL jit = on")
        self.env.cr.precommit.data.clear()
        self.period.get_cycle_overview()
        self.env.cr.execute("SHOW jit")
        self.assertEqual(self.env.cr.fetchone(), ("off",))

    def test_who_owes_what(self):
        with self.assertReadsNoEntry():
            rows = self.debt.web_search_read([], {key: {} for key in DEBT_COLUMNS})
        self.assertTrue(rows["length"])
        with self.assertReadsNoEntry():
            self.debt.formatted_read_group([], ["employee_id"], ["hours:sum"])

    def test_other_lists_group_by_period(self):
        """A pivot of time takes the order of periods along."""
        Entry = self.env["account.analytic.line"]
        total, by_period = Entry.formatted_read_grouping_sets(
            [("billing_period_id", "!=", False)],
            [[], ["billing_period_id"]],
            ["__count"],
        )
        self.assertEqual(
            sum(group["__count"] for group in by_period), total[0]["__count"]
        )
        self.assertGreater(len(by_period), 1)
