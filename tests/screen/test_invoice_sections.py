from ast import literal_eval

from odoo.tests import tagged

from ..common.invoice import InvoiceCommon

OURS = ("billing_", "sent_")


@tagged("post_install", "-at_install")
class TestInvoiceSections(InvoiceCommon):
    """The lists, cards and the form of invoices, as each role loads them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # of nobody the salesperson works for
        cls.project = cls._create_project(schedule=False)
        cls.period = cls._create_period(cls.project)
        cls.scheduled = cls._create_invoice(period=cls.period, invoice_user_id=False)

    def _load(self, xmlid, user):
        """What the web client reads to show an action."""
        action = self.env.ref(f"invoicing_cycle.{xmlid}")
        moves = self.env["account.move"].with_user(user)
        domain = literal_eval(action.domain)
        loaded = {}
        for view in action.view_ids:
            view_type = view.view_mode
            views = moves.get_views([(view.view_id.id, view_type)])
            fields = views["models"]["account.move"]["fields"]
            arch = views["views"][view_type]["arch"]
            names = {name for name in fields if f'name="{name}"' in arch}
            if view_type == "form":
                # Odoo's own form has more than a salesperson may read by hand
                names = {name for name in names if name.startswith(OURS)}
                self.assertIn("sent_on", names)
            specification = {
                name: {"fields": {"display_name": {}}}
                if fields[name]["type"] in ("many2one", "many2many")
                else {}
                for name in names
            }
            loaded[view_type] = moves.web_search_read(domain, specification)["records"]
        return loaded

    def test_accountant(self):
        self.invoice.action_mark_as_sent("post")
        records = self._load("account_move_action_to_send", self.user_accountant)
        row = next(row for row in records["list"] if row["id"] == self.scheduled.id)
        self.assertEqual(row["billing_period_label"], self.period.period_label)
        self.assertEqual(row["sent_status"], "review")
        self.assertEqual(row["billing_project_ids"][0]["id"], self.project.id)
        self.assertNotIn(self.invoice.id, [row["id"] for row in records["kanban"]])

        records = self._load("account_move_action_sent", self.user_accountant)
        row = next(row for row in records["list"] if row["id"] == self.invoice.id)
        self.assertEqual(row["sent_channel"], "post")

    def test_salesperson_without_rows_of_its_periods(self):
        records = self._load("account_move_action_to_send", self.user_salesperson)
        row = next(row for row in records["list"] if row["id"] == self.scheduled.id)
        self.assertEqual(row["billing_period_label"], self.period.period_label)

    def test_label_names_a_shared_span_once(self):
        other = self._create_period(self._create_project(schedule=False))
        self.scheduled.write(
            {
                "invoice_line_ids": [
                    (
                        0,
                        0,
                        {"name": "x", "price_unit": 1, "billing_period_id": other.id},
                    )
                ]
            }
        )
        self.assertEqual(self.scheduled.billing_period_ids, self.period | other)
        self.assertEqual(self.scheduled.billing_period_label, self.period.period_label)
