from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common.draft import DraftCommon


@tagged("post_install", "-at_install")
class TestDraftRefreshLines(DraftCommon):
    """Which lines a refresh finds again, makes and removes, and in which order."""

    def _names(self, draft=None):
        lines = (draft or self.draft).invoice_line_ids.sorted(
            lambda line: (line.sequence, line.id)
        )
        return [(line.name or "").split("\n")[0] for line in lines]

    def _arrive(self, hours=2.0, day=date(2026, 1, 20), project=None, **values):
        return self._log_time(project or self.project, day, hours, **values)

    def test_sections_and_a_persons_lines(self):
        """Late time keeps its section; new lines come where they belong."""
        self.draft.action_post()
        late = self._arrive(1.0)
        self._log_time(self.project, date(2026, 2, 3), 4.0)
        self._lock(date(2026, 2, 28), self.consultant | self.colleague)
        draft = self._generate(self.february)
        work, _section, late_line = draft.invoice_line_ids.sorted("sequence")
        self.assertEqual(late.invoice_line_id, late_line)
        draft.write(
            {
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Mine", "price_unit": 1.0, "sequence": work.sequence}
                    )
                ]
            }
        )
        senior = self.env["sale.order.line"].create(
            {
                "order_id": self.order.id,
                "product_id": self.product_hours.id,
                "price_unit": 150.0,
            }
        )
        own = self._log_time(
            self.project,
            date(2026, 2, 4),
            2.0,
            so_line=senior.id,
            is_so_line_edited=True,
        )
        self._refresh(draft)
        item = self._names(draft)[0]
        self.assertEqual(
            self._names(draft), [item, item, "Mine", "Earlier periods", item]
        )
        self.assertEqual(own.invoice_line_id.sequence, 2)
        self.assertEqual(late.invoice_line_id, late_line)
        self.assertLedger()
        # The late entry goes: so does its section.
        late.with_user(self.user_timesheet_admin).unlink()
        self._refresh(draft)
        self.assertEqual(self._names(draft), [item, item, "Mine"])

    def test_a_section_comes_after_a_persons_lines(self):
        self.draft.action_post()
        self._log_time(self.project, date(2026, 2, 3), 4.0)
        self._lock(date(2026, 2, 28), self.consultant | self.colleague)
        draft = self._generate(self.february)
        draft.write(
            {"invoice_line_ids": [Command.create({"name": "Mine", "price_unit": 1.0})]}
        )
        # An entry of February turns out to be of January.
        entry = draft.invoice_line_ids.timesheet_entry_ids
        self._log_time(self.project, date(2026, 2, 5), 1.0)
        entry.with_user(self.user_timesheet_admin).date = date(2026, 1, 29)
        self._refresh(draft)
        names = self._names(draft)
        self.assertEqual(names[1:3], ["Mine", "Earlier periods"])
        self.assertLedger()

    def test_by_entry(self):
        self.project.billing_line_detail = "entry"
        # Other lines than before: those of the former detail go.
        self._refresh()
        self.assertEqual(len(self.draft.invoice_line_ids), 2)
        line = self.entry.invoice_line_id
        arrived = self._arrive(name="Call")
        self.entry.with_user(self.user_timesheet_admin).name = "Better text"
        self.assertIn("1 time entry was changed.", self._reasons())
        self._refresh()
        self.assertEqual(self.entry.invoice_line_id, line)
        self.assertIn("Better text", line.name)
        self.assertIn("Call", arrived.invoice_line_id.name)
        self.assertEqual(len(self.draft.invoice_line_ids), 3)
        self.assertFalse(self._reasons())
        self.assertLedger()

    def test_text_matters_only_where_it_is_shown(self):
        self.entry.with_user(self.user_timesheet_admin).name = "Better text"
        self.assertFalse(self._reasons())

    def test_fixed_amount_is_billed_once(self):
        order = self._create_order(product=self.product_fixed, quantity=1.0)
        order.write(
            {
                "order_line": [
                    Command.create(
                        {"product_id": self.product_hours.id, "price_unit": 100.0}
                    )
                ]
            }
        )
        fixed, hours = order.order_line
        project = self._create_project("Both", order=order)
        period = self._period(project, date(2026, 1, 5))
        period.write({"fixed_amount": 3000.0, "sale_line_id": fixed.id})
        work = {"so_line": hours.id, "is_so_line_edited": True}
        self._arrive(3.0, project=project, **work)
        draft = self._generate(period)
        self.assertEqual(draft.amount_untaxed, 3300.0)
        self._arrive(2.0, project=project, **work)
        self._refresh(draft)
        self.assertEqual(draft.amount_untaxed, 3500.0)
        self.assertEqual(len(draft.invoice_line_ids), 2)
        self.assertEqual(fixed.qty_invoiced, 0.33)
        self.assertLedger(hours)

    def test_two_orders_of_one_period(self):
        """Each draft takes in the time of its own order."""
        order = self._create_order()
        order.client_order_ref = "Another order"
        self._arrive(
            1.0,
            day=date(2026, 2, 3),
            so_line=order.order_line.id,
            is_so_line_edited=True,
        )
        self._log_time(self.project, date(2026, 2, 4), 4.0)
        self._lock(date(2026, 2, 28), self.consultant | self.colleague)
        drafts = self._generate(self.february)
        self.assertEqual(len(drafts), 2)
        mine = drafts.filtered(
            lambda move: self.sale_line in move.line_ids.sale_line_ids
        )
        other = drafts - mine
        self._log_time(self.project, date(2026, 2, 9), 0.5)
        self.assertTrue(self._reasons(mine))
        self.assertFalse(self._reasons(other))
        self._refresh(other)
        self._refresh(mine)
        self.assertEqual(mine.amount_untaxed, 450.0)
        self.assertEqual(other.amount_untaxed, 100.0)
        self.assertLedger()
        self.assertLedger(order.order_line)

    def test_invoice_of_a_customer(self):
        """Several projects on one draft: each in its own section."""
        projects = [
            self._create_project(name, order=self.order, billing_grouping="customer")
            for name in ("Alpha", "Beta")
        ]
        for project in projects:
            self._arrive(1.0, project=project)
        periods = self.env["project.billing.period"].union(
            *(self._period(project, date(2026, 1, 5)) for project in projects)
        )
        draft = self._generate(periods)
        self._arrive(3.0, project=projects[1])
        self._refresh(draft)
        self.assertEqual(draft.amount_untaxed, 500.0)
        self.assertEqual(self._names(draft)[0::2], ["Alpha", "Beta"])
        self.assertLedger()

    def test_supplementary_invoice(self):
        self.draft.action_post()
        late = self._arrive(1.0)
        self.february.with_user(self.user_accountant).action_invoice_late_time()
        draft = late.invoice_line_id.move_id
        self.assertNotEqual(draft, self.draft)
        self._arrive(2.0)
        self.assertEqual(self._reasons(draft), "2.00 h arrived since.")
        self._refresh(draft)
        self.assertEqual(draft.invoice_line_ids, late.invoice_line_id)
        self.assertTrue(late.invoice_line_id.is_supplementary)
        self.assertEqual(draft.amount_untaxed, 300.0)
        self.assertLedger()

    def test_quantities_add_up(self):
        """Rounded running totals: twenty minutes, again and again."""
        third = 1 / 3
        self.entries.with_user(self.user_timesheet_admin).unit_amount = third
        self._refresh()
        self.assertEqual(self.line.quantity, 0.67)
        for _number in range(4):
            self._arrive(third)
            self._refresh()
        self.assertEqual(self.line.quantity, 2.0)
        self.assertLedger()

    def test_unit_of_the_invoice(self):
        self.project.billing_unit = "day"
        self._arrive(3.0)
        self._refresh()
        self.assertEqual(self.line.quantity, 1.0)
        self.assertEqual(self.line.price_unit, 800.0)
        self.assertEqual(self.line.quantity_made, 8.0)
        self.assertFalse(self._reasons())
        self.assertLedger()

    def test_changed_quantity_of_a_line_that_goes(self):
        """Asked about, and told that nothing can be kept."""
        self.line.with_user(self.user_accountant).quantity = 4.0
        self.project.billing_line_detail = "entry"
        wizard = (
            self.env["account.move.refresh"]
            .with_user(self.user_accountant)
            .with_context(default_move_id=self.draft.id)
            .create({})
        )
        self.assertTrue(wizard.line_ids.is_removed)
        wizard.action_refresh()
        self.assertFalse(self.line.exists())
        self.assertEqual(self.draft.amount_untaxed, 500.0)
        self.assertLedger()
