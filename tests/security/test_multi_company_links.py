from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.multi_company import MultiCompanyCommon


@tagged("post_install", "-at_install")
class TestMultiCompanyLinks(MultiCompanyCommon):
    """Somebody who has company B only reaches nothing of A's ledger by its ids."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.period.action_generate_invoices()
        cls.move = cls.period.invoice_ids
        cls.line = cls.period.invoice_line_ids
        cls.entry = cls.period.timesheet_ids
        cls.waiting = cls.foreign_period.timesheet_ids
        groups = cls.env["res.groups"].union(
            *map(
                cls.env.ref,
                (
                    "hr_timesheet.group_timesheet_manager",
                    "sales_team.group_sale_manager",
                    "project.group_project_manager",
                ),
            )
        )
        cls.accountant_b.group_ids |= groups
        # Odoo shows projects and customers without a company to everybody.
        for project in cls.project | cls.foreign_project:
            project.sudo().company_id = cls.company
        cls.draft_b = (
            cls.env["account.move"]
            .with_company(cls.company_b)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": cls.partner.id,
                    "company_id": cls.company_b.id,
                    "invoice_line_ids": [
                        Command.create({"name": "Item", "price_unit": 1.0})
                    ],
                }
            )
        )
        cls.env.flush_all()

    def _get_state(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return [
            (
                entry.invoice_line_id,
                entry.billing_period_id,
                entry.billing_hold,
                entry.unit_amount,
                entry.project_id,
                entry.company_id,
                entry.approval_state,
            )
            for entry in self.entry | self.waiting
        ] + [
            (period.state, period.invoice_ids, period.fixed_amount, period.skip_reason)
            for period in self.period | self.foreign_period
        ]

    def assertRefused(self, record, method, *args, **kwargs):
        before = self._get_state()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            for su in (True, False):
                if su and not kwargs.get("as_superuser"):
                    continue
                known = record.with_env(
                    self.env(user=self.accountant_b.id, su=su, context={})
                )
                getattr(known, method)(*args)
                self.env.flush_all()
                return
            self.rpc(self.accountant_b, record, method, *args)
        self.assertEqual(self._get_state(), before)

    def _both(self, record, method, *args):
        for as_superuser in (False, True):
            with self.subTest(
                on=record._name, method=method, args=args, su=as_superuser
            ):
                self.assertRefused(record, method, *args, as_superuser=as_superuser)

    # ----------------------------------------------------------- create, write

    def test_lines_of_an_own_invoice(self):
        """Results are recorded, whatever company somebody is of."""
        line_b = self.draft_b.invoice_line_ids
        for vals in (
            {"billing_period_id": self.foreign_period.id},
            {"timesheet_entry_ids": [Command.link(self.waiting.id)]},
            {"timesheet_entry_ids": [Command.set(self.entry.ids)]},
        ):
            self._both(line_b, "write", vals)
            self._both(
                self.draft_b,
                "write",
                {"invoice_line_ids": [Command.create({"name": "New", **vals})]},
            )
            self._both(
                line_b, "create", {"name": "New", "move_id": self.draft_b.id, **vals}
            )
        for name in ("timesheet_ids", "billing_period_ids"):
            if name in self.draft_b._fields and self.draft_b._fields[name].store:
                self._both(
                    self.draft_b, "write", {name: [Command.link(self.waiting.id)]}
                )

    def test_entries(self):
        own = self.period_b.timesheet_ids
        for vals in (
            {"invoice_line_id": self.line.id},
            {"billing_period_id": self.foreign_period.id},
            {"timesheet_invoice_id": self.move.id},
            {"part_ids": [Command.create({"billing_hours": 1.0})]},
        ):
            self._both(own, "write", vals)
            self._both(
                own,
                "create",
                {
                    "name": "New",
                    "project_id": self.project_b.id,
                    "employee_id": self.consultant_b.id,
                    **vals,
                },
            )

    def test_entries_of_the_other_company(self):
        for record in self.entry | self.waiting:
            for vals in (
                {"invoice_line_id": self.draft_b.invoice_line_ids.id},
                {"unit_amount": 9.0},
                {"project_id": self.project_b.id},
                {"billing_hold": "write_off", "hold_reason": "Mine"},
                {"company_id": self.company_b.id},
            ):
                self._both(record, "write", vals)
            self._both(record, "unlink")

    def test_periods_of_the_other_company(self):
        for record in self.period | self.foreign_period:
            self._both(record, "write", {"fixed_amount": 5.0})
            self._both(record, "unlink")
        own = self.period_b
        self._both(own, "write", {"project_id": self.foreign_project.id})
        self._both(
            own,
            "create",
            {
                "project_id": self.foreign_project.id,
                "date_from": "2027-01-01",
                "date_to": "2027-01-31",
            },
        )
        self._both(own, "write", {"timesheet_ids": [Command.link(self.waiting.id)]})
        self._both(own, "write", {"invoice_line_ids": [Command.link(self.line.id)]})

    # ------------------------------------------------------------------ actions

    def test_actions(self):
        for record, method, *args in (
            (self.foreign_period, "action_generate_invoices"),
            (self.foreign_period, "action_generate_invoices", "Because"),
            (self.foreign_period, "action_skip", "Because"),
            (self.foreign_period | self.period_b, "action_generate_invoices"),
            (self.foreign_period, "action_remind"),
            (self.waiting, "action_set_billing", "write_off", "Because"),
            (self.waiting, "action_set_billing", "write_off", "Because", 0.5),
            (self.waiting, "action_approve"),
            (self.waiting, "action_send_back", "Because"),
            (self.waiting, "action_resubmit"),
            (self.move, "action_mark_as_sent"),
            (self.move, "button_cancel"),
            (self.move, "action_post"),
            (self.line, "unlink"),
        ):
            with self.subTest(on=record._name, method=method):
                self.assertRefused(record, method, *args)

    # ------------------------------------------------------------------ dialogs

    def _get_dialogs(self):
        """(model, values, action) of dialogs that name A's records."""
        foreign = self.foreign_period
        yield (
            "project.billing.preview",
            {"period_ids": [Command.set(foreign.ids)]},
            "action_generate_invoices",
        )
        yield (
            "timesheet.billing.decision",
            {"line_ids": [Command.create({"entry_id": self.waiting.id})]},
            "action_apply",
        )
        yield (
            "timesheet.lock",
            {"employee_ids": self.consultant.ids, "locked_until": "2026-02-28"},
            "action_lock",
        )
        yield (
            "timesheet.lock",
            {"employee_ids": self.consultant.ids, "reason": "Because"},
            "action_unlock",
        )
        yield (
            "account.move.freeform",
            {
                "partner_id": self.partner.id,
                "project_id": self.foreign_project.id,
                "line_ids": [Command.create({"name": "x", "price_unit": 1.0})],
            },
            "action_create_move",
        )
        yield (
            "account.move.freeform",
            {
                "move_type": "out_refund",
                "partner_id": self.partner.id,
                "corrects_move_id": self.move.id,
                "line_ids": [Command.create({"name": "x", "price_unit": 1.0})],
            },
            "action_create_move",
        )
        yield (
            "account.move.refresh",
            {"move_id": self.move.id},
            "action_refresh",
        )
        yield (
            "project.billing.sale.order",
            {"project_id": self.foreign_project.id, "partner_id": self.partner.id},
            "action_create_order",
        )

    def test_dialogs(self):
        for model, vals, action in self._get_dialogs():
            Model = self.env[model]
            vals = {name: vals[name] for name in vals if name in Model._fields}
            self.assertTrue(vals, model)

            def run(model=model, vals=vals, action=action):
                [dialog_id] = self.rpc(
                    self.accountant_b, self.env[model], "create", [vals]
                )
                dialog = self.env[model].browse(dialog_id)
                if hasattr(dialog, action):
                    self.rpc(self.accountant_b, dialog, action)

            before = self._get_state()
            with self.subTest(model=model, action=action):
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    run()
                self.assertEqual(self._get_state(), before)
