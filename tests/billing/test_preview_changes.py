from datetime import date

from odoo.tests import tagged

from ..common.preview import JANUARY, PreviewCommon


@tagged("post_install", "-at_install")
class TestPreviewChanges(PreviewCommon):
    """A preview writes nothing, and what has changed since is told before creating."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alpha = cls._create_period("Alpha", 8.0)
        cls.beta = cls._create_period("Beta", 2.0)
        cls.periods = cls.alpha | cls.beta

    def assertShownAnew(self, preview):
        """Nothing was made; the figures of now are shown instead."""
        before = self.env["account.move"].search_count([])
        self.assertFalse(preview.action_create_invoices())
        self.assertEqual(self.env["account.move"].search_count([]), before)
        self.assertIn("has changed", preview.changed_text)
        self.assertFalse(preview.is_done)

    def _line(self, preview, period):
        return preview.line_ids.filtered(lambda line: line.period_ids == period)

    def _mark(self, preview, period):
        """Label and text of the mark on what has changed."""
        marks = [
            (warning["label"], warning["text"])
            for warning in self._line(preview, period).warnings or ()
            if warning["code"] == "changed"
        ]
        return marks[0] if marks else None

    def _read_rows(self):
        """All columns of what an invoicing would write."""
        self.env.flush_all()
        result = []
        for table, column, ids in (
            ("project_billing_period", "id", self.periods.ids),
            ("account_analytic_line", "billing_period_id", self.periods.ids),
            ("project_project", "id", self.periods.project_id.ids),
            (
                "sale_order_line",
                "id",
                self.periods.project_id.sale_line_id.ids,
            ),
        ):
            self.env.cr.execute(
                f"SELECT * FROM {table} WHERE {column} IN %s ORDER BY id",  # noqa: S608
                [tuple(ids)],
            )
            result.append(self.env.cr.fetchall())
        for table in ("account_move", "account_move_line", "mail_message"):
            self.env.cr.execute(f"SELECT COUNT(*), MAX(id) FROM {table}")  # noqa: S608
            result.append(self.env.cr.fetchall())
        return result

    def test_writes_nothing(self):
        self.periods.mapped("amount_to_invoice")
        rows = self._read_rows()
        preview = self._preview(self.periods)
        preview.action_refresh()
        preview.document_ids[0].action_leave_out()
        preview.refused_ids.action_take_in()
        self.assertEqual(self._read_rows(), rows)
        self.assertEqual(set(self.periods.mapped("state")), {"ready"})
        # What is compared changes when it should.
        self._create_from(preview)
        self.assertNotEqual(self._read_rows(), rows)

    def test_unchanged_is_made_at_once(self):
        preview = self._preview(self.periods)
        preview.action_refresh()
        self.assertFalse(preview.changed_text)
        self.assertMadeAsShown(preview, self._create_from(preview))

    def test_time_arrived(self):
        preview = self._preview(self.periods)
        self._log_time(self.alpha.project_id, JANUARY, 1.5)
        self.assertShownAnew(preview)
        line = self._line(preview, self.alpha)
        self.assertEqual((line.hours, line.amount), (9.5, 950.0))
        label, text = self._mark(preview, self.alpha)
        self.assertEqual(label, "Changed")
        self.assertIn("800.00", text)
        self.assertIn("8.00 h", text)
        self.assertIsNone(self._mark(preview, self.beta))
        self.assertMadeAsShown(preview, self._create_from(preview))

    def test_price_changed(self):
        preview = self._preview(self.periods)
        item = self.beta.project_id.sale_line_id
        self._change_for_all(item, {"price_unit": 110.0})
        self.assertShownAnew(preview)
        self.assertEqual(self._line(preview, self.beta).amount, 220.0)
        self.assertMadeAsShown(preview, self._create_from(preview))

    def test_another_tax(self):
        """The same amount, and not the same invoice."""
        preview = self._preview(self.periods)
        other = self.tax.copy({"name": "Another 24%"})
        item = self.beta.project_id.sale_line_id
        self._change_for_all(item, {"tax_ids": other.ids})
        self.assertShownAnew(preview)
        line = self._line(preview, self.beta)
        self.assertEqual(line.item_ids.tax_ids, other)
        self.assertIsNone(self._mark(preview, self.alpha))
        self.assertMadeAsShown(preview, self._create_from(preview))

    def test_tax_at_another_rate(self):
        preview = self._preview(self.periods)
        self.assertEqual(self._line(preview, self.beta).amount_total, 248.0)
        self.tax.amount = 25.0
        self.assertShownAnew(preview)
        self.assertEqual(self._line(preview, self.beta).amount_total, 250.0)
        self.assertIn("with taxes", self._mark(preview, self.beta)[1])
        self.assertMadeAsShown(preview, self._create_from(preview))

    def test_same_total_by_other_time(self):
        """An hour less here and one more there are a change of both."""
        preview = self._preview(self.periods)
        self.alpha.timesheet_ids.sudo().unit_amount = 9.0
        self.beta.timesheet_ids.sudo().unit_amount = 1.0
        self.assertShownAnew(preview)
        for period in self.periods:
            self.assertEqual(self._mark(preview, period)[0], "Changed")

    def test_no_longer_ready(self):
        preview = self._preview(self.periods)
        self._lock(date(2026, 1, 10))
        self.assertShownAnew(preview)
        self.assertIn("Alpha", preview.changed_text)
        self.assertIn("800.00", preview.changed_text)
        self.assertFalse(preview.document_ids)
        self.assertEqual(preview.refused_ids.period_ids, self.periods)
        self.assertIn("open days", preview.refused_ids[0].obstacle)

    def test_invoiced_by_somebody_else(self):
        preview = self._preview(self.periods)
        self.alpha.action_generate_invoices()
        self.assertShownAnew(preview)
        self.assertIn("invoiced already", preview.refused_ids.obstacle)
        invoices = self._create_from(preview)
        self.assertEqual(invoices, self.beta.invoice_ids)
        self.assertMadeAsShown(preview, invoices)

    def test_became_ready(self):
        gamma = self._create_period("Gamma", 4.0, day=date(2026, 3, 9))
        preview = self._preview(self.alpha | gamma)
        self.assertEqual(preview.refused_ids.period_ids, gamma)
        self._lock(gamma.date_to)
        gamma.invalidate_recordset()
        if gamma.state != "ready":
            gamma.invoice_date = date(2026, 3, 10)
        self.assertShownAnew(preview)
        self.assertEqual(self._mark(preview, gamma)[0], "New")
        self.assertMadeAsShown(preview, self._create_from(preview))

    def test_grouping_changed(self):
        preview = self._preview(self.periods)
        self.periods.project_id.billing_grouping = "customer"
        self.assertShownAnew(preview)
        self.assertEqual(preview.document_ids.amount, 1000.0)
        self.assertMadeAsShown(preview, self._create_from(preview))

    def test_refresh_marks_what_changed(self):
        preview = self._preview(self.periods)
        self._log_time(self.alpha.project_id, JANUARY, 1.5)
        preview.action_refresh()
        self.assertEqual(self._mark(preview, self.alpha)[0], "Changed")
        # Once it was seen it is what is shown.
        preview.action_refresh()
        self.assertFalse(preview.changed_text)
        self.assertMadeAsShown(preview, self._create_from(preview))

    def test_leaving_out_tells_a_change_first(self):
        preview = self._preview(self.periods)
        self._log_time(self.beta.project_id, JANUARY, 1.5)
        self._line(preview, self.alpha).action_leave_out()
        self.assertIn("has changed", preview.changed_text)
        self.assertFalse(preview.left_out_ids)
        self._line(preview, self.alpha).action_leave_out()
        self.assertEqual(preview.left_out_ids, self.alpha)
        self.assertFalse(preview.changed_text)
