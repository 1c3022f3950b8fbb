from freezegun import freeze_time

from odoo.tests import tagged

from ..common.schedule import ScheduleCommon, day


@tagged("post_install", "-at_install")
class TestCycleSections(ScheduleCommon):
    """All sections are of the cycle that is shown, and of what is left before it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project()
        for month in (1, 2, 3):
            cls._log_time(cls.project, day(month, 10), float(month))
        cls._lock(day(3, 31))
        periods = [cls._period(cls.project, day(month, 10)) for month in (1, 2, 3, 4)]
        cls.january, cls.february, cls.march, cls.april = periods
        # Each is invoiced in the month after it.
        for month, period in enumerate(periods, start=2):
            period.invoice_date = day(month, 5)

    def _get(self, month, user=None):
        """The sections of a cycle of 2026, by their key."""
        self.env.flush_all()
        self.env.invalidate_all()
        Period = self.env["project.billing.period"]
        overview = Period.with_user(user or self.user_accountant).get_cycle_overview(
            day(month, 5).isoformat()
        )
        return overview, {part["key"]: part for part in overview["sections"]}

    def _get_rows(self, section, month, user=None):
        """The records that the list of a section shows."""
        Period = self.env["project.billing.period"]
        action = Period.with_user(user or self.user_accountant).get_cycle_action(
            section, day(month, 5).isoformat()
        )
        return self.env[action["res_model"]].search(action["domain"])

    def assertShown(self, section, month, records, earlier=0, user=None):
        """The head counts what the list has."""
        self.assertEqual(self._get_rows(section, month, user), records)
        _overview, sections = self._get(month, user)
        self.assertEqual(
            (sections[section]["count"], sections[section]["earlier"]),
            (len(records), earlier),
        )

    @freeze_time("2026-04-20")
    def test_to_invoice(self):
        self.assertShown("to_invoice", 1, self.env["project.billing.period"])
        self.assertShown("to_invoice", 2, self.january)
        self.assertShown("to_invoice", 3, self.january | self.february, 1)
        self.assertShown("to_invoice", 4, self.january | self.february | self.march, 2)

    @freeze_time("2026-04-20")
    def test_to_come_shows_its_own(self):
        self.assertEqual(self.april.state, "upcoming")
        due = self.january | self.february | self.march
        self.assertShown("to_invoice", 5, due | self.april, 3)

    @freeze_time("2026-04-20")
    def test_documents_belong_to_the_cycle_of_their_periods(self):
        january = self._invoice(self.january)
        february = self._invoice(self.february)
        january.invoice_date = february.invoice_date = day(4, 20)
        self.assertEqual(january.billing_cycle_date, self.january.invoice_date)
        nothing = self.env["account.move"]
        self.assertShown("to_send", 1, nothing)
        self.assertShown("to_send", 2, january)
        self.assertShown("to_send", 3, january | february, 1)
        self.assertShown("to_send", 4, january | february, 2)

    @freeze_time("2026-04-20")
    def test_sent_by_both_cycles(self):
        invoices = self._invoice(self.january) | self._invoice(self.february)
        invoices.invoice_date = day(4, 20)
        invoices.action_post()
        january, february = invoices
        january.with_user(self.user_accountant).action_mark_as_sent(
            sent_on="2026-02-07"
        )
        february.with_user(self.user_accountant).action_mark_as_sent()
        nothing = self.env["account.move"]
        self.assertShown("sent", 1, nothing)
        self.assertShown("sent", 2, january)
        self.assertShown("sent", 3, february)
        # What was left of March is sent in April.
        self.assertShown("sent", 4, february, 1)
        self.assertShown("sent", 5, nothing)

    @freeze_time("2026-04-20")
    def test_a_cycle_is_clear_by_what_it_shows(self):
        self.assertTrue(self._get(1)[0]["clear"])
        self.assertFalse(self._get(2)[0]["clear"])
        invoice = self._invoice(self.january)
        self.assertFalse(self._get(2)[0]["clear"])
        invoice.action_post()
        invoice.action_mark_as_sent()
        self.assertTrue(self._get(2)[0]["clear"])
        self.assertFalse(self._get(3)[0]["clear"])

    @freeze_time("2026-04-20")
    def test_freeform_documents(self):
        self.env["project.billing.period"].search([])._generate_invoices("x")
        self.env["account.move"].search([("billing_origin", "!=", False)]).unlink()
        draft = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "billing_origin": "freeform",
                "invoice_date": False,
                "invoice_line_ids": [(0, 0, {"name": "Licence", "price_unit": 9.0})],
            }
        )
        self.assertFalse(draft.billing_cycle_date)
        self.assertShown("to_send", 4, draft)
        self.assertShown("to_send", 3, self.env["account.move"])
        draft.invoice_date = day(3, 3)
        self.assertEqual(draft.billing_cycle_date, day(3, 3))
        self.assertShown("to_send", 3, draft)
        self.assertShown("to_send", 4, draft, 1)

    @freeze_time("2026-04-20")
    def test_a_moved_date_takes_its_invoice_along(self):
        invoice = self._invoice(self.january)
        self.january.invoice_date = day(3, 15)
        self.assertEqual(invoice.billing_cycle_date, day(3, 15))

    @freeze_time("2026-04-20")
    def test_plain_invoices_have_no_cycle(self):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_date": day(4, 1),
                "invoice_line_ids": [(0, 0, {"name": "Licence", "price_unit": 9.0})],
            }
        )
        self.assertFalse(invoice.billing_cycle_date)

    @freeze_time("2026-04-20")
    def test_who_reads_no_invoices_sees_periods(self):
        self._invoice(self.january).action_post()
        self.assertShown("to_send", 2, self.january, user=self.user_manager)
        self.assertShown("to_send", 4, self.january, 1, user=self.user_manager)
        self.january.invoice_ids.action_mark_as_sent()
        self.assertShown("sent", 2, self.january, user=self.user_manager)
        progress = self._get(2, self.user_manager)[0]["progress"]
        self.assertEqual((progress["done"], progress["done_amount"]), (100, None))

    @freeze_time("2026-04-20")
    def test_progress(self):
        self._invoice(self.january).action_post()
        self.january.invoice_ids.action_mark_as_sent(sent_on="2026-04-10")
        self._invoice(self.february)
        overview, _sections = self._get(4)
        rate = self.project.sale_line_id.price_unit
        self.assertEqual(
            [
                (step["key"], step["count"], step["amount"])
                for step in overview["progress"]["steps"]
            ],
            [
                ("pending", 0, 0.0),
                ("ready", 1, 3 * rate),
                ("created", 1, 2 * rate),
                ("sent", 1, 1 * rate),
            ],
        )
        self.assertEqual(overview["progress"]["done"], 33)
        self.assertEqual(overview["progress"]["done_amount"], 16)
        self.assertEqual(
            [(part["amount"], part["sent"]) for part in overview["trend"]],
            [(0.0, 0.0)] * 3 + [(rate, rate), (2 * rate, 0.0), (0.0, 0.0)],
        )
        self.assertEqual(overview["trend"][-1]["date_from"], "2026-04-01")

    @freeze_time("2026-04-20")
    def test_missing_data_of_the_past(self):
        old = self._create_project("Old", schedule=False)
        new = self._create_project("New", schedule=False)
        self._log_time(old, day(2, 20), 4.0)
        self.env.cr.execute(
            "UPDATE project_project SET create_date = '2026-04-15' WHERE id IN %s",
            [tuple((old | new).ids)],
        )
        self.env.invalidate_all()

        def get(month):
            return self._get_rows("missing", month) & (old | new)

        self.assertEqual(get(4), old | new)
        self.assertEqual(get(2), old)
        self.assertFalse(get(1))
