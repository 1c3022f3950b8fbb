from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.invoicing_cycle.models.proof.difference_kinds import KINDS

from ..common.proof import ProofCommon

DAY = date(2026, 1, 5)


@tagged("post_install", "-at_install")
class TestBillingProofDialog(ProofCommon):
    """The dialog, who may prove what, and the report."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project("Own")
        cls.foreign = cls._create_project("Foreign", user_id=cls.env.user.id)
        cls.entry = cls._log_time(cls.project, DAY, 2.0)
        cls._log_time(cls.foreign, DAY, 3.0)
        cls._lock(date(2026, 1, 31))
        cls._period(cls.project, DAY)._generate_invoices("Because")
        cls.invoice = cls.entry.timesheet_invoice_id
        cls.invoice.action_post()

    def _create(self, user, **values):
        Wizard = self.env["project.billing.proof"].with_user(user)
        return Wizard.create({"date_to": date(2026, 12, 31), **values})

    def _break(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_analytic_line SET timesheet_invoice_id = NULL"
            " WHERE id = %s",
            [self.entry.id],
        )
        self.env.invalidate_all()

    def test_dates_are_the_year_so_far(self):
        wizard = self.env["project.billing.proof"].with_user(self.user_accountant)
        wizard = wizard.create({})
        self.assertEqual(wizard.date_from, date(2026, 1, 1))
        self.assertEqual(wizard.date_to, date(2026, 3, 10))

    def test_billing_manager_proves_all(self):
        wizard = self._create(self.user_accountant)
        self.assertLessEqual(
            self.project | self.foreign, wizard._get_projects().sudo(False)
        )
        action = wizard.action_prove()
        self.assertEqual(action["res_id"], wizard.id)
        self.assertTrue(wizard.proved_on)
        self.assertEqual(wizard.difference_count, 0)
        self.assertGreaterEqual(wizard.entry_count, 2)
        self.assertIn("Foreign", wizard.summary)

    def test_own_rows_of_a_project_manager(self):
        wizard = self._create(self.user_manager)
        self.assertEqual(wizard._get_projects().sudo(False), self.project)
        wizard.action_prove()
        self.assertEqual(wizard.entry_count, 1)
        self.assertNotIn("Foreign", wizard.summary)
        wizard.project_ids = self.foreign.sudo()
        with self.assertRaises(AccessError):
            wizard.action_prove()

    def test_chosen_projects(self):
        wizard = self._create(self.user_accountant, project_ids=self.project.ids)
        wizard.action_prove()
        self.assertEqual(wizard.entry_count, 1)

    def test_projects_of_chosen_periods(self):
        periods = self._period(self.project, DAY)
        Wizard = self.env["project.billing.proof"].with_user(self.user_accountant)
        wizard = Wizard.with_context(
            active_model=periods._name, active_ids=periods.ids
        ).create({})
        self.assertEqual(wizard.project_ids, self.project)

    def test_archived_and_no_more_billable_projects(self):
        self.project.sudo().write({"active": False, "allow_billable": False})
        wizard = self._create(self.user_accountant)
        self.assertIn(self.project, wizard._get_projects().sudo(False))

    def test_consultants_prove_nothing(self):
        with self.assertRaises(AccessError):
            self._create(self.user_consultant)

    def test_other_companies(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        wizard = self._create(self.user_accountant)
        with self.assertRaises(AccessError):
            wizard.sudo().company_id = company
        self.user_accountant.company_ids |= company
        wizard.company_id = company
        with self.assertRaisesRegex(AccessError, "Switch on Elsewhere"):
            wizard.with_context(allowed_company_ids=self.company.ids).action_prove()

    def test_dates_in_order(self):
        wizard = self._create(self.user_accountant, date_from=date(2027, 1, 1))
        with self.assertRaises(UserError):
            wizard.action_prove()

    def test_results_are_not_written_by_hand(self):
        wizard = self._create(self.user_accountant)
        self._break()
        wizard.action_prove()
        with self.assertRaises(AccessError):
            wizard.difference_ids.message = "Nothing"
        with self.assertRaises(AccessError):
            wizard.difference_ids.unlink()
        for name, value in (
            ("difference_count", 0),
            ("difference_ids", [Command.clear()]),
            ("entry_count", 99),
            ("proved_on", "2026-01-01 12:00:00"),
            ("summary", "<p>All is well</p>"),
        ):
            with self.subTest(name), self.assertRaises(AccessError):
                wizard.write({name: value})
        with self.assertRaises(AccessError):
            self._create(self.user_accountant, summary="<p>All is well</p>")
        self.assertEqual(wizard.difference_count, 1)
        self.assertIn("Own", wizard.summary)

    def test_difference_is_found_and_opened(self):
        self._break()
        wizard = self._create(self.user_accountant)
        wizard.action_prove()
        self.assertEqual(wizard.difference_count, 1)
        difference = wizard.difference_ids
        self.assertEqual(difference.kind, "other_invoice")
        self.assertEqual(difference.project_id, self.project)
        # Billing people do not read time entries: the message must do.
        self.assertFalse(difference.can_open)
        with self.assertRaises(AccessError):
            difference.action_open()
        self.user_accountant.group_ids |= self.env.ref(
            "hr_timesheet.group_hr_timesheet_approver"
        )
        difference.invalidate_recordset()
        self.assertTrue(difference.can_open)
        action = difference.action_open()
        self.assertEqual(action["res_model"], "account.analytic.line")
        self.assertEqual(action["res_id"], self.entry.id)

    def test_lines_open_their_documents(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET quantity_made = 9 WHERE id = %s",
            [self.entry.invoice_line_id.id],
        )
        self.env.invalidate_all()
        wizard = self._create(self.user_accountant)
        wizard.action_prove()
        by_kind = {d.kind: d for d in wizard.difference_ids}
        self.assertEqual(
            by_kind["line_quantity"].action_open()["res_id"], self.invoice.id
        )
        self.user_accountant.group_ids |= self.env.ref(
            "sales_team.group_sale_salesman_all_leads"
        )
        self.env.invalidate_all()
        self.assertEqual(
            by_kind["order_total"].action_open()["res_id"],
            self.project.sale_line_id.order_id.id,
        )

    def test_every_kind_has_a_name(self):
        kinds = dict(KINDS)
        self.assertEqual(len(kinds), len(KINDS))
        Proof = type(self.env["billing.proof"])
        sentences = set()

        def tell(proof, scope, model, texts, found):
            sentences.update(texts)
            return []

        with patch.object(Proof, "_tell", tell):
            self.env["billing.proof"]._prove(self.project)
        self.assertEqual(sentences, kinds.keys())
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET parent_state = 'cancel' WHERE id = %s",
            [self.entry.invoice_line_id.id],
        )
        self.env.cr.execute(
            "UPDATE sale_order_line SET state = 'cancel' WHERE id = %s",
            [self.entry.so_line.id],
        )
        self.env.invalidate_all()
        wizard = self._create(self.user_accountant)
        wizard.action_prove()
        found = set(wizard.difference_ids.mapped("kind"))
        self.assertLessEqual({"line_state", "order_other"}, found)
        html, _type = self.env["ir.actions.report"]._render_qweb_html(
            "invoicing_cycle.report_project_billing_proof", wizard.ids
        )
        for kind in found:
            self.assertIn(kinds[kind], html.decode())

    def test_proved_again(self):
        self._break()
        wizard = self._create(self.user_accountant)
        wizard.action_prove()
        self.entry.sudo().timesheet_invoice_id = self.invoice
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_analytic_line SET timesheet_invoice_id = %s WHERE id = %s",
            [self.invoice.id, self.entry.id],
        )
        self.env.invalidate_all()
        wizard.action_prove()
        self.assertFalse(wizard.difference_ids)
        self.assertEqual(wizard.difference_count, 0)

    # ---------------------------------------------------------------- report

    def _render(self, wizard, user=None):
        Report = self.env["ir.actions.report"].with_user(user or self.user_accountant)
        html, _type = Report._render_qweb_html(
            "invoicing_cycle.report_project_billing_proof", wizard.ids
        )
        return html.decode()

    def test_report(self):
        wizard = self._create(self.user_accountant)
        html = self._render(wizard)
        self.assertIn("No difference", html)
        self.assertIn(self.invoice.name, html)
        self.assertIn("Accountant", html)
        self.assertIn("Own", html)
        self.assertIn(self.company.name, html)
        self.assertIn("12/31/2026", html)

    def test_report_lists_differences(self):
        wizard = self._create(self.user_accountant)
        wizard.action_prove()
        self._break()
        html = self._render(wizard)
        self.assertNotIn("No difference", html)
        self.assertIn("reads as invoiced on none", html)

    def test_report_of_a_project_manager(self):
        html = self._render(self._create(self.user_manager), self.user_manager)
        self.assertIn(self.invoice.name, html)
        self.assertNotIn("Foreign", html)

    def test_report_of_others(self):
        wizard = self._create(self.user_accountant)
        with self.assertRaises(AccessError):
            self._render(wizard, self.user_manager)

    def test_print(self):
        action = self._create(self.user_accountant).action_print()
        self.assertEqual(
            action["report_name"], "invoicing_cycle.report_project_billing_proof"
        )

    def test_names_of_people_of_other_companies(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.entry.employee_id.sudo().company_id = company
        self._break()
        wizard = self._create(self.user_accountant)
        wizard.action_prove()
        self.assertIn("Somebody of another company", wizard.difference_ids.message)


@tagged("post_install", "-at_install")
class TestBillingProofPerformance(ProofCommon):
    """The same number of queries for any number of entries, lines and differences."""

    def _setup_projects(self, count, entries):
        projects = self.env["project.project"]
        for number in range(count):
            project = self._create_project(f"P{number} of {count}")
            projects |= project
            self.env["account.analytic.line"].create(
                [
                    {
                        "name": "Work",
                        "project_id": project.id,
                        "employee_id": self.consultant.id,
                        "date": date(2026, 1 + day % 2, 1 + day % 28),
                        "unit_amount": 1 / 3,
                    }
                    for day in range(entries)
                ]
            )
        self._lock(date(2026, 3, 8))
        projects.billing_period_ids.filtered(
            lambda period: period.date_from == date(2026, 1, 1)
        )._generate_invoices("Because")
        return projects

    def _break(self, projects):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_analytic_line SET timesheet_invoice_id = NULL"
            " WHERE project_id IN %s",
            [tuple(projects.ids)],
        )
        self.env.cr.execute(
            "UPDATE account_move_line SET quantity_made = 99 WHERE id IN ("
            "SELECT invoice_line_id FROM account_analytic_line WHERE project_id IN %s)",
            [tuple(projects.ids)],
        )
        self.env.cr.execute(
            "UPDATE account_analytic_line SET billing_period_id = NULL"
            " WHERE project_id IN %s AND invoice_line_id IS NULL",
            [tuple(projects.ids)],
        )

    def _count(self, projects):
        for _turn in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            proof = self.env["billing.proof"]._prove(projects)
            count = self.env.cr.sql_log_count - before
        return proof, count

    def test_queries(self):
        few, many = self._setup_projects(2, 4), self._setup_projects(6, 40)
        self.assertEqual(self._count(few)[1], self._count(many)[1])
        self._break(few)
        self._break(many)
        (small, small_count), (large, large_count) = self._count(few), self._count(many)
        self.assertGreater(len(large.differences), 200)
        self.assertGreater(len(large.differences), len(small.differences))
        self.assertEqual(small_count, large_count)

    def test_tables_cost_no_more(self):
        few, many = self._setup_projects(2, 4), self._setup_projects(6, 40)
        counts = []
        for projects in (few, many):
            wizard = self.env["project.billing.proof"].create(
                {"project_ids": [Command.set(projects.ids)]}
            )
            for _turn in range(2):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                wizard._render_summary(wizard._prove())
                count = self.env.cr.sql_log_count - before
            counts.append(count)
        self.assertEqual(*counts)
