import re

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..common.security import JANUARY, SecurityCommon

#: Words that are internal, each in one field of ours that somebody fills in.
SECRETS = {
    "hold": "Secret reason to hold",
    "write_off": "Secret reason to write off",
    "skip": "Secret reason to skip",
    "override": "Secret reason to invoice",
    "sent_back": "Secret reason to send back",
    "owner": "Secret Owner",
}


@tagged("post_install", "-at_install")
class TestPortalPages(SecurityCommon, HttpCase):
    """Customers see Odoo's pages of their documents, and nothing of ours in them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.timesheet_approval = True
        cls.customer = new_test_user(
            cls.env,
            login="customer_portal",
            password="customer_portal",
            groups="base.group_portal",
        )
        cls.customer.partner_id.parent_id = cls.partner
        cls.owner = cls._new_user("owner", "project.group_project_user")
        cls.owner.name = SECRETS["owner"]
        cls.project.write(
            {
                "privacy_visibility": "portal",
                "billing_owner_id": cls.owner.id,
                "billing_expense_markup": 31.25,
            }
        )
        cls.task = cls.env["project.task"].create(
            {"name": "Shared task", "project_id": cls.project.id}
        )
        cls._share()
        cls._bill()

    @classmethod
    def _share(cls):
        # Odoo lets portal users read the time of shared projects where that is set up.
        cls.env.ref("hr_timesheet.access_account_analytic_line_portal_user").active = 1
        cls.env.ref("hr_timesheet.timesheet_line_rule_portal_user").active = True
        partner = cls.customer.partner_id
        cls.env["project.collaborator"].create(
            {"project_id": cls.project.id, "partner_id": partner.id}
        )
        cls.project.message_subscribe(partner.ids)
        cls.task.message_subscribe(partner.ids)

    @classmethod
    def _bill(cls):
        administrator = cls.user_timesheet_admin
        lines = cls.env["account.analytic.line"].union(
            *(
                cls._log_time(
                    cls.project,
                    JANUARY,
                    hours,
                    task_id=cls.task.id,
                    name=f"Text {hours:.0f}",
                )
                for hours in (4.0, 5.0, 6.0)
            )
        )
        lines[0].action_set_billing("hold", SECRETS["hold"])
        lines[1].action_set_billing("write_off", SECRETS["write_off"], hours=1.0)
        lines[2].with_user(administrator).action_send_back(SECRETS["sent_back"])
        cls.period.action_generate_invoices(reason=SECRETS["override"])
        cls.invoice = cls.period.invoice_ids
        cls.invoice.action_post()
        cls.invoice.action_mark_as_sent()
        cls.order = cls.project.sale_line_id.order_id
        cls.invoice.message_subscribe(cls.customer.partner_id.ids)
        cls.order.message_subscribe(cls.customer.partner_id.ids)
        later = cls.project.billing_period_ids.filtered(
            lambda period: period.date_from > JANUARY
        )
        later[:1].action_skip(SECRETS["skip"])
        cls.env.flush_all()

    def _get_pages(self):
        invoice, order = self.invoice, self.order
        yield "/my"
        yield "/my/home"
        yield "/my/invoices"
        yield f"/my/invoices/{invoice.id}"
        yield f"/my/invoices/{invoice.id}?access_token={invoice._portal_ensure_token()}"
        yield f"/my/invoices/{invoice.id}?report_type=html"
        yield "/my/orders"
        yield f"/my/orders/{order.id}"
        yield f"/my/orders/{order.id}?report_type=html"
        yield "/my/timesheets"
        for group in (
            "none",
            "date",
            "project_id",
            "task_id",
            "employee_id",
            "so_line",
            "timesheet_invoice_id",
        ):
            yield f"/my/timesheets?groupby={group}&sortby=employee_id"
        yield f"/my/timesheets?search_in=invoice_id&search={invoice.id}"
        yield "/my/projects"
        yield f"/my/projects/{self.project.id}"
        yield "/my/tasks"
        yield f"/my/tasks/{self.task.id}"

    def test_pages(self):
        self.authenticate("customer_portal", "customer_portal")
        shown = ""
        for page in self._get_pages():
            response = self.url_open(page)
            with self.subTest(page=page):
                self.assertEqual(response.status_code, 200)
                shown += response.text
                for secret in (*SECRETS.values(), "31.25"):
                    self.assertNotIn(secret, response.text)
        for text in (self.invoice.name, self.order.name, "Shared task", "Consultant"):
            self.assertIn(text, shown)

    def test_order_of_the_time(self):
        """Odoo sorts and groups by what it offers: not by costs, nor by ours."""
        self.authenticate("customer_portal", "customer_portal")

        def get_texts(query):
            text = self.url_open(f"/my/timesheets?{query}").text
            # Each is there as a title as well.
            return list(dict.fromkeys(re.findall(r"Text \d", text)))

        known = get_texts("groupby=none")
        self.assertEqual(len(known), 3)
        for query in (
            "sortby=amount asc",
            "sortby=hold_reason desc",
            "sortby=billing_hours asc",
            "groupby=billing_period_id",
            "groupby=invoice_line_id",
            "groupby=approved_by_id",
        ):
            with self.subTest(query=query), mute_logger("odoo.http"):
                self.assertFalse(get_texts(query))

    def test_history_of_the_invoice(self):
        """The chatter of the portal holds what is public only."""
        self.authenticate("customer_portal", "customer_portal")
        for record in self.invoice, self.order, self.task, self.project:
            data = self.make_jsonrpc_request(
                "/mail/thread/messages",
                {
                    "thread_model": record._name,
                    "thread_id": record.id,
                    "fetch_params": {"limit": 100},
                },
            )
            for secret in SECRETS.values():
                self.assertNotIn(secret, str(data), record._name)

    def assertRefused(self, record, method, *arguments):
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.rpc(self.customer, record, method, *arguments)

    def test_fields(self):
        """No field of ours, by no way of asking for it."""
        entry = self.period.timesheet_ids[:1]
        records = (
            self.invoice,
            self.invoice.invoice_line_ids[:1],
            self.order,
            self.order.order_line[:1],
            self.project,
            self.task,
            entry,
        )
        for record in records:
            model = record.with_user(self.customer)
            self.assertTrue(model.has_access("read"), record._name)
            offered = self.rpc(self.customer, record, "fields_get")
            ours = {
                name
                for name, field in record._fields.items()
                if field._modules and set(field._modules) == {"invoicing_cycle"}
            }
            self.assertFalse(ours & set(offered), record._name)
            for name in sorted(ours):
                field = record._fields[name]
                ways = [("read", [name]), ("web_read", {name: {}})]
                if field.store and field.column_type and field.type != "json":
                    ways += [
                        ("search", [], 0, 5, f"{name} desc"),
                        ("formatted_read_group", [], [name], ["__count"]),
                    ]
                for method, *arguments in ways:
                    with self.subTest(on=record._name, field=name, method=method):
                        self.assertRefused(record, method, *arguments)

    def test_command_on_what_is_shared(self):
        """A task that the customer may write reaches none of ours."""
        entry = self.period.timesheet_ids[:1]
        for vals in (
            {"timesheet_ids": [Command.update(entry.id, {"unit_amount": 0.1})]},
            {"sale_line_id": False},
        ):
            with self.subTest(vals=vals):
                self.assertRefused(self.task, "write", vals)
