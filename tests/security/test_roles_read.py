from ast import literal_eval
from datetime import date

from lxml import etree

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.security import JANUARY, SecurityCommon

PERIOD = "project.billing.period"


@tagged("post_install", "-at_install")
class TestRolesRead(SecurityCommon):
    """Who sees which rows, numbers and names."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.february = cls._period(cls.project, date(2026, 2, 15))
        cls.open_entry = cls._log_time(
            cls.project, date(2026, 2, 10), 2.0, employee=cls.colleague
        )
        cls.foreign_entry = cls._log_time(
            cls.foreign_project, date(2026, 2, 10), 5.0, employee=cls.colleague
        )

    def _periods_of(self, *projects):
        return set(self.env["project.project"].union(*projects).billing_period_ids.ids)

    def test_rows(self):
        everything = self._periods_of(
            self.project, self.sold_project, self.foreign_project
        )
        visible = {
            self.user_pm: self._periods_of(self.project),
            self.user_both: set(),
            self.user_salesperson: self._periods_of(self.sold_project),
            self.user_manager: self._periods_of(
                self.sold_project, self.foreign_project
            ),
            self.user_accountant: everything,
        }
        for user, ids in visible.items():
            self.assertEqual(self.ids_of(user, PERIOD) & everything, ids, user.login)
            required = self.env[f"{PERIOD}.required"].search(
                [("period_id", "in", list(ids))]
            )
            found = self.ids_of(
                user, required._name, [("period_id", "in", list(everything))]
            )
            self.assertEqual(found, set(required.ids), user.login)

    def test_invoice_owner_has_the_row(self):
        self.foreign_project.billing_owner_id = self.user_both
        self.assertEqual(
            self.ids_of(self.user_both, PERIOD), self._periods_of(self.foreign_project)
        )

    def test_exports_hold_no_foreign_rows_and_no_entries(self):
        for user in self.user_pm | self.user_accountant | self.user_both:
            user.group_ids |= self.env.ref("base.group_allow_export")
        with self.assertRaises(AccessError):
            self.rpc(self.user_both, self.period, "export_data", ["hours"])
        for user in self.user_pm | self.user_accountant:
            self.assertEqual(
                self.rpc(user, self.period, "export_data", ["hours"])["datas"], [[3.0]]
            )
            with self.assertRaises(AccessError):
                self.rpc(user, self.period, "export_data", ["timesheet_ids/name"])

    def test_a_row_cannot_be_read_by_its_id(self):
        for user in self.user_pm | self.user_both | self.strangers:
            for method, *arguments in (
                ("read", ["state", "readiness", "amount_to_invoice"]),
                ("web_read", {"readiness": {}}),
            ):
                with (
                    self.subTest(user=user.login, method=method),
                    self.assertRaises(AccessError),
                ):
                    self.rpc(user, self.foreign_period, method, *arguments)

    def test_counts_and_sums_leave_foreign_rows_out(self):
        Period = self.env[PERIOD]
        for domain in (
            [("state", "=", "ready")],
            [("state", "!=", "sent"), ("project_id.name", "=", "Foreign")],
            [("is_overdue", "=", True)],
            [("hours", ">", 0)],
            [("required_ids.employee_id.name", "=", "Consultant")],
        ):
            for user in self.user_pm | self.user_both | self.user_salesperson:
                ids = self.rpc(user, Period, "search", domain)
                self.assertNotIn(self.foreign_period.id, ids, (user.login, domain))
                count = self.rpc(user, Period, "search_count", domain)
                self.assertEqual(count, len(ids))
        for groupby in ("state", "project_id", "billing_owner_id", "partner_id"):
            groups = self.rpc(
                self.user_pm,
                Period,
                "formatted_read_group",
                [],
                [groupby],
                ["__count", "hours:sum", "amount_to_invoice:sum"],
            )
            own = self.project.billing_period_ids
            self.assertEqual(sum(group["__count"] for group in groups), len(own))
            self.assertEqual(
                sum(group["hours:sum"] for group in groups), sum(own.mapped("hours"))
            )
        groups = self.rpc(
            self.user_pm, Period, "web_read_group", [], ["state"], ["hours:sum"]
        )["groups"]
        self.assertEqual(sum(group["__count"] for group in groups), len(own))

    def test_header_counts_own_rows(self):
        sections = {}
        for user in self.user_pm | self.user_both | self.user_accountant:
            overview = self.rpc(user, self.env[PERIOD], "get_cycle_overview")
            sections[user] = {
                section["key"]: section for section in overview["sections"]
            }
        self.assertEqual(sections[self.user_both]["to_invoice"]["count"], 0)
        self.assertEqual(sections[self.user_both]["to_invoice"]["amounts"], [])
        self.assertEqual(sections[self.user_pm]["to_invoice"]["ready"], 1)
        self.assertGreaterEqual(
            sections[self.user_accountant]["to_invoice"]["ready"], 3
        )

    def test_missing_data_counts_own_projects(self):
        self._create_project("Unscheduled", schedule=False)
        own = self._create_project(
            "Own unscheduled", schedule=False, user_id=self.user_pm.id
        )
        self._log_time(own, JANUARY, 4.0)
        for user, projects in ((self.user_pm, own), (self.user_both, own.browse())):
            overview = self.rpc(user, self.env[PERIOD], "get_cycle_overview")
            missing = overview["sections"][0]
            self.assertEqual(missing["count"], len(projects))
            self.assertEqual(missing["hours"], 4.0 * len(projects))
            self.assertEqual(
                overview["outside"]["unscheduled_hours"], 4.0 * len(projects)
            )
            action = self.rpc(user, self.env[PERIOD], "get_cycle_action", "missing")
            self.assertEqual(
                self.ids_of(user, own._name, action["domain"]), set(projects.ids)
            )
            # The action itself, opened by its path, keeps to own projects as well.
            window = self.env.ref("invoicing_cycle.project_project_action_missing")
            self.assertEqual(
                self.ids_of(user, own._name, literal_eval(window.domain)),
                set(projects.ids),
            )

    def test_held_hours_are_those_of_own_projects(self):
        self.foreign_entry.billing_hold = "hold"
        for user, hours in ((self.user_pm, 0.0), (self.user_accountant, 5.0)):
            overview = self.rpc(user, self.env[PERIOD], "get_cycle_overview")
            self.assertEqual(overview["outside"]["held_hours"], hours)

    def test_billing_people_see_numbers_and_no_entries(self):
        entries = self.february.timesheet_ids | self.period.timesheet_ids
        self.assertTrue(entries)
        for user in self.user_pm | self.user_accountant:
            values = self.values(
                user, self.february, "open_hours", "hours", "readiness", "state"
            )
            self.assertEqual(values["open_hours"], 2.0)
            self.assertEqual(values["hours"], 2.0)
            self.assertEqual(values["state"], "pending")
            owing = values["readiness"]["open"]
            self.assertIn("Colleague", [person["name"] for person in owing])
            # Neither by themselves nor through what they belong to.
            with self.assertRaises(AccessError):
                self.rpc(user, entries, "read", ["unit_amount"])
            with self.assertRaises(AccessError):
                self.rpc(user, self.february, "read", ["timesheet_ids"])
            with self.assertRaises(AccessError):
                domain = [("timesheet_ids.unit_amount", ">", 0)]
                self.rpc(user, self.february, "search", domain)

    def test_a_user_reads_all_fields_of_an_own_row(self):
        # What a user may not see is left out, the row still loads.
        self.period.action_generate_invoices()
        self.assertTrue(self.period.invoice_ids)
        for user, period in (
            (self.user_pm, self.period),
            (self.user_accountant, self.period),
            (self.user_salesperson, self.sold_period),
        ):
            values = self.rpc(user, period, "read", [])[0]
            self.assertEqual(values["id"], period.id)
            fields = self._get_own_fields(user, period.project_id)
            self.rpc(user, period.project_id, "read", fields)
        self.assertEqual(
            self.values(self.user_accountant, self.period, "invoice_ids"),
            {"id": self.period.id, "invoice_ids": self.period.invoice_ids.ids},
        )
        self.assertEqual(
            self.values(self.user_pm, self.period, "invoice_ids")["invoice_ids"], []
        )

    def _get_own_fields(self, user, record):
        """Names of the add-on's fields that a user is offered of a record."""
        return [
            name
            for name in self.rpc(user, record, "fields_get")
            if record._fields[name]._module == "invoicing_cycle"
        ]

    def test_numbers_of_a_project_are_for_billing_people(self):
        hidden = {
            "billing_expense_markup",
            "billing_is_own",
            "billing_missing",
            "billing_missing_text",
            "billing_next_invoice_date",
            "billing_period_ids",
            "billing_retainer_amount",
            "billing_retainer_carry_over",
            "billing_retainer_currency_id",
            "billing_retainer_hours",
            "billing_retainer_line_id",
            "billing_retainer_overrun_line_id",
            "uninvoiced_hours",
        }
        self.assertLess(hidden, set(self._get_own_fields(self.user_pm, self.project)))
        for user in self.user_consultant | self.user_approver:
            offered = self._get_own_fields(user, self.project)
            self.assertFalse(hidden & set(offered))
            self.rpc(user, self.project, "read", offered)
            for name in hidden:
                with self.subTest(field=name), self.assertRaises(AccessError):
                    self.rpc(user, self.project, "read", [name])
            with self.assertRaises(AccessError):
                domain = [("billing_missing", "ilike", "schedule")]
                self.rpc(user, self.project, "search", domain)

    def test_portal_learns_nothing_of_the_billing(self):
        portal = self.user_portal
        self.project.privacy_visibility = "portal"
        self.project.message_subscribe(portal.partner_id.ids)
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": portal.partner_id.id,
                "invoice_date": "2026-03-10",
                "billing_origin": "freeform",
                "invoice_line_ids": [Command.create({"name": "x", "price_unit": 1.0})],
            }
        )
        invoice.action_post()
        invoice.action_mark_as_sent()
        invoice.message_subscribe(portal.partner_id.ids)
        order = self._create_order(partner_id=portal.partner_id.id)
        order.message_subscribe(portal.partner_id.ids)
        # Odoo lets portal users read the time of shared projects where that is set up.
        self.env.ref("hr_timesheet.access_account_analytic_line_portal_user").active = 1
        self.env.ref("hr_timesheet.timesheet_line_rule_portal_user").active = True
        self.env["project.collaborator"].create(
            {"project_id": self.project.id, "partner_id": portal.partner_id.id}
        )
        entry = self.period.timesheet_ids
        entry.task_id = self.env["project.task"].create(
            {"name": "Shared", "project_id": self.project.id}
        )
        entry.task_id.message_subscribe(portal.partner_id.ids)
        for record, public in (
            (self.project, "name"),
            (invoice, "amount_total"),
            (invoice.invoice_line_ids, "price_unit"),
            (order.order_line, "price_unit"),
            (entry, "unit_amount"),
        ):
            self.assertTrue(self.values(portal, record, public)[public])
            self.assertEqual(self._get_own_fields(portal, record), [])

    def test_consultants_read_their_own_entries(self):
        for entry in self.period.timesheet_ids:
            values = self.rpc(self.user_consultant, entry, "read", [])[0]
            self.assertEqual(values["approval_state"], "approved")
        with self.assertRaises(AccessError):
            self.rpc(self.user_consultant, self.open_entry, "read", ["unit_amount"])

    def test_followers_only_projects_show_to_those_who_bill_them(self):
        self.sold_project.privacy_visibility = "followers"
        for user in self.user_salesperson | self.user_accountant:
            values = self.values(user, self.sold_project, "display_name")
            self.assertEqual(values["display_name"], "Sold")
        with self.assertRaises(AccessError):
            self.values(self.user_pm, self.sold_project, "display_name")

    def test_app_menu(self):
        menu = self.env.ref("invoicing_cycle.invoicing_cycle_menu_root")
        shown = self.user_pm | self.user_salesperson | self.user_accountant
        for user in shown | self.user_consultant | self.user_approver:
            visible = self.env(user=user.id)["ir.ui.menu"]._visible_menu_ids()
            self.assertEqual(menu.id in visible, user in shown, user.login)

    def test_groups_follow_from_odoos_own(self):
        user = "invoicing_cycle.group_invoicing_cycle_user"
        manager = "invoicing_cycle.group_invoicing_cycle_manager"
        for person, groups in (
            (self.user_consultant, ()),
            (self.user_approver, ()),
            (self.user_timesheet_admin, ()),
            (self.user_portal, ()),
            (self.user_both, (user,)),
            (self.user_pm, (user,)),
            (self.user_salesperson, (user,)),
            (self.user_accountant, (user, manager)),
        ):
            self.assertEqual(
                [name for name in (user, manager) if person.has_group(name)],
                list(groups),
                person.login,
            )

    def test_views_of_billing_people_can_be_edited(self):
        # They have no write access to projects, which turns a view read-only.
        for name in ("list_missing", "form_billing"):
            view = self.env.ref(f"invoicing_cycle.project_project_view_{name}")
            arch = self.env(user=self.user_accountant.id)["project.project"].get_view(
                view.id, view.type
            )["arch"]
            root = etree.fromstring(arch)
            self.assertEqual(root.get("edit"), "1")
        arch = self.env(user=self.user_pm.id)["project.project"].get_view(
            self.env.ref("project.edit_project").id, "form"
        )["arch"]
        self.assertEqual(etree.fromstring(arch).get("edit"), "False")
