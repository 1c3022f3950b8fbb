from odoo.fields import Command
from odoo.tests import tagged

from ..common.schedule import ScheduleCommon, day


@tagged("post_install", "-at_install")
class TestMendMissingData(ScheduleCommon):
    """The ways in which people mend missing data, with their own rights."""

    def _open_dialog(self, project, user, **values):
        return (
            self.env["project.billing.sale.order"]
            .with_user(user)
            .create({"project_id": project.id, **values})
        )

    def _create_bare_project(self, **values):
        """A project without customer and order, with time on it and on tasks."""
        project = self.env["project.project"].create(
            {
                "name": "Bare",
                "allow_billable": True,
                "allow_timesheets": True,
                "billing_owner_id": self.user_salesperson.id,
                "user_id": self.user_manager.id,
                "billing_frequency": "monthly",
                "billing_start_date": day(1, 1),
                **values,
            }
        )
        tasks = self.env["project.task"].create(
            [
                {"name": "Open", "project_id": project.id},
                {"name": "Closed", "project_id": project.id, "state": "1_done"},
            ]
        )
        self._log_time(project, day(1, 15), 1.0)
        self._log_time(project, day(1, 16), 2.0, task_id=tasks[0].id)
        self._log_time(project, day(1, 17), 4.0, task_id=tasks[1].id)
        return project

    def test_sales_order_makes_time_billable(self):
        project = self._create_bare_project()
        self.assertEqual(self._get_missing(project), "customer,sale_line,unmapped_time")
        # Locked time is billed as well.
        self._lock(day(1, 31))
        dialog = self._open_dialog(
            project,
            self.user_salesperson,
            partner_id=self.partner.id,
            product_id=self.product_hours.id,
            price_unit=120.0,
        )
        dialog.action_create_order()
        order = project.sale_line_id.order_id
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.user_id, self.user_salesperson)
        self.assertEqual(project.partner_id, self.partner)
        self.assertFalse(self._get_missing(project))
        self.assertEqual(project.timesheet_ids.so_line, project.sale_line_id)
        january = self._period(project, day(1, 1))
        self.assertEqual(january.hours, 7.0)
        self.assertEqual(january.amount_to_invoice, 840.0)
        self.assertEqual(january.state, "ready")
        self._invoice(january)
        self.assertEqual(project.sale_line_id.qty_invoiced, 7.0)
        self.assertEqual(
            len(
                self.env["project.project"].search(
                    [("sale_line_id", "=", project.sale_line_id.id)]
                )
            ),
            1,
        )

    def test_sales_order_in_days(self):
        project = self._create_bare_project()
        self._open_dialog(
            project,
            self.user_salesperson,
            partner_id=self.partner.id,
            product_id=self.product_days.id,
            price_unit=800.0,
        ).action_create_order()
        self.assertEqual(self._period(project, day(1, 1)).amount_to_invoice, 704.0)

    def test_dialog_proposes(self):
        project = self._create_bare_project(partner_id=self.partner.id)
        project.timesheet_product_id = self.product_hours
        dialog = self._open_dialog(project, self.user_salesperson)
        self.assertEqual(dialog.partner_id, self.partner)
        self.assertEqual(dialog.product_id, self.product_hours)
        self.assertEqual(dialog.price_unit, 100.0)
        action = project.with_user(
            self.user_salesperson
        ).action_open_sale_order_dialog()
        self.assertEqual(action["context"], {"default_project_id": project.id})

    def test_sales_order_of_a_project_that_has_one(self):
        project = self._create_project(billing_owner_id=self.user_salesperson.id)
        dialog = self._open_dialog(project, self.user_salesperson)
        with self.assertRefused("is billed on S"):
            dialog.action_create_order()

    def test_sales_order_without_a_rate(self):
        project = self._create_bare_project(partner_id=self.partner.id)
        dialog = self._open_dialog(
            project,
            self.user_salesperson,
            product_id=self.product_hours.id,
            price_unit=0.0,
        )
        with self.assertRefused("rate above zero"):
            dialog.action_create_order()

    def test_sales_order_of_a_foreign_project(self):
        project = self._create_bare_project(billing_owner_id=self.user_manager.id)
        with self.assertRefused("Bare"):
            self._open_dialog(
                project,
                self.user_salesperson,
                partner_id=self.partner.id,
                product_id=self.product_hours.id,
                price_unit=100.0,
            ).action_create_order()

    # ----------------------------------------------------------- the schedule

    def test_accountant_sets_schedule_in_place(self):
        project = self._create_project(schedule=False).with_user(self.user_accountant)
        values = project.web_save(
            {"billing_frequency": "monthly", "billing_start_date": "2026-01-01"},
            {
                "billing_frequency": {},
                "billing_missing_text": {},
                "uninvoiced_hours": {},
            },
        )
        self.assertEqual(values[0]["billing_frequency"], "monthly")
        self.assertFalse(values[0]["billing_missing_text"])
        self.assertEqual(len(project.billing_period_ids), 4)

    def test_accountant_changes_nothing_else(self):
        project = self._create_project().with_user(self.user_accountant)
        with self.assertRefused("for project administrators"):
            project.name = "Mine"
        with self.assertRefused("for project administrators"):
            project.write({"billing_frequency": "weekly", "user_id": self.env.uid})

    def test_favorites_stay_personal(self):
        project = self._create_project().with_user(self.user_manager)
        project.write({"is_favorite": True})
        self.assertTrue(project.is_favorite)
        project.with_user(self.user_accountant).write({"is_favorite": True})

    def test_project_manager_sets_own_schedule_only(self):
        project = self._create_project(schedule=False).with_user(self.user_manager)
        project.write({"billing_frequency": "monthly", "billing_start_date": day(1, 1)})
        self.assertEqual(len(project.billing_period_ids), 4)
        foreign = self._create_project(user_id=self.env.uid, schedule=False)
        with self.assertRefused("Project"):
            foreign.with_user(self.user_manager).write(
                {"billing_frequency": "monthly", "billing_start_date": day(1, 1)}
            )

    def test_consultant_sets_no_schedule(self):
        project = self._create_project(schedule=False).with_user(self.user_consultant)
        with self.assertRefused("not allowed|access"):
            project.write(
                {"billing_frequency": "monthly", "billing_start_date": day(1, 1)}
            )

    def _open_schedule(self, projects, user=None, **values):
        return (
            self.env["project.billing.schedule"]
            .with_user(user or self.user_accountant)
            .with_context(active_model="project.project", active_ids=projects.ids)
            .create(values)
        )

    def test_schedule_of_many_projects(self):
        projects = self._create_project("One", schedule=False) | self._create_project(
            "Two", schedule=False
        )
        dialog = self._open_schedule(
            projects,
            billing_frequency="biweekly",
            billing_invoice_delay=3,
            billing_owner_id=self.user_accountant.id,
        )
        self.assertEqual(dialog.billing_start_date, day(3, 1))
        dialog.action_apply()
        for project in projects:
            self.assertEqual(self._spans(project)[0], (day(3, 1), day(3, 14)))
            self.assertEqual(project.billing_owner_id, self.user_accountant)
            self.assertEqual(project.billing_invoice_delay, 3)
            self.assertFalse(self._get_missing(project))

    def test_schedule_of_many_projects_keeps_owners(self):
        project = self._create_project("One", schedule=False)
        self._open_schedule(project).action_apply()
        self.assertEqual(project.billing_owner_id, self.user_manager)

    def test_schedule_of_many_projects_all_or_none(self):
        good = self._create_project("Good", schedule=False)
        ended = self._create_project(
            "Ended", schedule=False, date_start=day(1, 1), date=day(2, 1)
        )
        with self.assertRefused("Ended ends on"):
            self._open_schedule(good | ended).action_apply()
        self.assertFalse(good.billing_frequency)
        self.assertFalse(good.billing_period_ids)
        with self.assertRefused("at least one project"):
            self._open_schedule(good.browse()).action_apply()

    def test_schedule_of_many_projects_without_a_start(self):
        project = self._create_project("One", schedule=False)
        with self.assertRefused("from which day One is billed"):
            self._open_schedule(project, billing_start_date=False).action_apply()

    def test_schedule_of_many_projects_custom(self):
        project = self._create_project("One", schedule=False)
        self._open_schedule(project, billing_frequency="custom").action_apply()
        self.assertEqual(self._get_missing(project), "periods")

    def test_invoice_owner(self):
        self.partner.user_id = self.user_salesperson
        project = self._create_project()
        self.assertEqual(project.billing_owner_id, self.user_manager)
        sold = self._create_project(user_id=False)
        self.assertEqual(sold.billing_owner_id, self.user_salesperson)
        sold.billing_owner_id = self.user_accountant
        sold.user_id = self.user_manager
        self.assertEqual(sold.billing_owner_id, self.user_accountant)
        self.assertEqual(sold.billing_period_ids.billing_owner_id, self.user_accountant)

    def test_owner_of_the_schedule_form(self):
        """Onchange proposes a start; by import it must be given."""
        project = self.env["project.project"].new({"billing_frequency": "monthly"})
        project._onchange_billing_frequency()
        self.assertEqual(project.billing_start_date, day(3, 1))
        commands = [Command.create({"date_from": day(1, 1), "date_to": day(1, 31)})]
        made = self.env["project.project"].create(
            {
                "name": "Imported",
                "allow_billable": True,
                "billing_frequency": "custom",
                "billing_period_ids": commands,
            }
        )
        self.assertEqual(self._spans(made), [(day(1, 1), day(1, 31))])
