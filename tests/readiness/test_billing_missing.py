from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.invoicing_cycle.models.readiness import missing_data

from ..common.schedule import ScheduleCommon, day


@tagged("post_install", "-at_install")
class TestBillingMissing(ScheduleCommon):
    """What a project lacks appears by its name and goes when it is mended."""

    def assertMissing(self, project, *codes):
        """The field, and every search for it, say the same."""
        expected = ",".join(codes) or False
        self.assertEqual(self._get_missing(project), expected)
        Project = self.env["project.project"].with_user(self.user_accountant)
        for domain, found in (
            (("billing_missing", "=", False), not codes),
            (("billing_missing", "!=", False), bool(codes)),
            (("billing_missing", "=", expected), True),
            (("billing_missing", "in", [expected, "nonsense"]), True),
            *(
                (("billing_missing", "ilike", code), code in codes)
                for code in ("schedule", "customer", "sale_line", "price", "periods")
            ),
        ):
            result = Project.search([("id", "=", project.id), domain])
            self.assertEqual(bool(result), found, domain)

    def test_complete(self):
        project = self._create_project()
        self.assertMissing(project)
        self.assertFalse(project.billing_missing_text)

    def test_schedule(self):
        project = self._create_project(schedule=False)
        self.assertMissing(project, "schedule")
        self.assertEqual(project.billing_missing_text, "Set a billing schedule.")
        project.write({"billing_frequency": "monthly", "billing_start_date": day(1, 1)})
        self.assertMissing(project)
        project.billing_frequency = False
        self.assertMissing(project, "schedule")

    def test_customer_and_sales_order_item(self):
        project = self._create_project(partner_id=False, sale_line_id=False)
        project.partner_id = False
        self.assertMissing(project, "customer", "sale_line")
        project.partner_id = self.partner
        self.assertMissing(project, "sale_line")
        project.sale_line_id = self._create_order().order_line
        self.assertMissing(project)

    def test_sales_order_item_of_a_task(self):
        project = self._create_project(sale_line_id=False)
        project.sale_line_id = False
        self.assertMissing(project, "sale_line")
        task = self.env["project.task"].create(
            {
                "name": "Task",
                "project_id": project.id,
                "partner_id": self.partner.id,
                "sale_line_id": self._create_order().order_line.id,
            }
        )
        self.assertMissing(project)
        task.sale_line_id = False
        self.assertMissing(project, "sale_line")

    def test_sales_order_item_of_the_rate_table(self):
        project = self._create_project(sale_line_id=False)
        project.sale_line_id = False
        rate = self.env["project.sale.line.employee.map"].create(
            {
                "project_id": project.id,
                "employee_id": self.consultant.id,
                "sale_line_id": self._create_order().order_line.id,
            }
        )
        project.sale_line_id = False
        self.assertMissing(project)
        rate.unlink()
        self.assertMissing(project, "sale_line")

    def test_sales_order_item_of_time(self):
        project = self._create_project(sale_line_id=False)
        project.sale_line_id = False
        entry = self._log_time(
            project,
            day(1, 15),
            so_line=self._create_order().order_line.id,
            is_so_line_edited=True,
        )
        self.assertMissing(project)
        entry.unlink()
        self.assertMissing(project, "sale_line")

    def test_order_not_confirmed(self):
        project = self._create_project()
        quotation = self._create_order().copy()
        task = self.env["project.task"].create(
            {"name": "Task", "project_id": project.id, "partner_id": self.partner.id}
        )
        # Odoo confirms an order that is chosen; it may be reopened.
        task.sale_line_id = quotation.order_line
        self.assertEqual(quotation.state, "sale")
        self.assertMissing(project)
        quotation.state = "draft"
        self.assertMissing(project, "order_not_confirmed")
        quotation.action_confirm()
        self.assertMissing(project)

    def test_cancelled_order_of_old_work(self):
        """What became of an order whose work is done and billed is no gap."""
        project = self._create_project()
        old = self._create_order()
        task = self.env["project.task"].create(
            {
                "name": "Task",
                "project_id": project.id,
                "partner_id": self.partner.id,
                "sale_line_id": old.order_line.id,
            }
        )
        self._log_time(project, day(1, 15), task_id=task.id)
        self._invoice(self._period(project, day(1, 1)))
        old.state = "cancel"
        self.assertMissing(project, "order_not_confirmed")
        task.state = "1_done"
        self.assertMissing(project)
        task.state = "01_in_progress"
        self.assertMissing(project, "order_not_confirmed")
        task.active = False
        self.assertMissing(project)

    def test_price(self):
        project = self._create_project()
        project.sale_line_id.price_unit = 0.0
        self.assertMissing(project, "price")
        project.sale_line_id.price_unit = 80.0
        self.assertMissing(project)

    def test_price_of_the_rate_table(self):
        project = self._create_project()
        free = self._create_order(price=0.0).order_line
        self.env["project.sale.line.employee.map"].create(
            {
                "project_id": project.id,
                "employee_id": self.consultant.id,
                "sale_line_id": free.id,
            }
        )
        self.assertMissing(project, "price")
        free.price_unit = 10.0
        self.assertMissing(project)

    def test_fixed_price_of_nothing(self):
        """A fixed price is given by the periods, the item's own may be zero."""
        order = self._create_order(product=self.product_fixed, price=0.0)
        self.assertMissing(self._create_project(order=order))

    def test_custom_without_periods(self):
        project = self._create_project(
            billing_frequency="custom", billing_start_date=False
        )
        self.assertMissing(project, "periods")
        period = self._create_custom(project, day(1, 1), day(1, 31))
        self.assertMissing(project)
        period.unlink()
        self.assertMissing(project, "periods")

    def test_custom_with_time_that_no_period_takes(self):
        project = self._create_project(
            billing_frequency="custom", billing_start_date=False
        )
        self._create_custom(project, day(1, 1), day(1, 31))
        entry = self._log_time(project, day(2, 15))
        self.assertMissing(project, "periods")
        entry.billing_hold = "hold"
        self.assertMissing(project)
        entry.billing_hold = "bill"
        self.assertMissing(project, "periods")
        self._create_custom(project, day(2, 1), day(2, 28))
        self.assertMissing(project)

    # ----------------------------------------------------------- unmapped time

    def test_unmapped_time(self):
        project = self._create_project()
        entry = self._log_time(project, day(1, 15))
        self.assertMissing(project)
        # Time on a task of another customer finds no sales order item.
        stranger = self.partner.copy({"name": "Stranger"})
        task = self.env["project.task"].create(
            {"name": "Task", "project_id": project.id, "partner_id": stranger.id}
        )
        entry.task_id = task
        self.assertFalse(entry.so_line)
        self.assertMissing(project, "unmapped_time")
        entry.task_id = False
        self.assertMissing(project)

    def test_unmapped_time_intended(self):
        project = self._create_project(sale_line_id=False)
        project.sale_line_id = False
        self._log_time(project, day(1, 15))
        self.assertMissing(project, "sale_line", "unmapped_time")
        project.billing_unmapped_intended = True
        self.assertMissing(project, "sale_line")

    def test_time_taken_out_of_billing(self):
        """Not by its author, in silence: it is named until those who bill decide."""
        project = self._create_project()
        entry = self._log_time(project, day(1, 15), 3.0)
        entry.with_user(self.user_consultant).write(
            {"so_line": False, "is_so_line_edited": True}
        )
        self.assertFalse(entry.so_line)
        self.assertMissing(project, "unmapped_time")
        self.assertEqual(project.uninvoiced_hours, 3.0)
        entry.billing_hold = "write_off"
        self.assertMissing(project)
        entry.billing_hold = "bill"
        entry.unit_amount = 0.0
        self.assertMissing(project)

    # ------------------------------------------------------------------- never

    def test_never(self):
        """Templates, archived and non-billable projects lack nothing."""
        project = self._create_project(schedule=False)
        self._log_time(project, day(1, 15))
        self.assertMissing(project, "schedule")
        project.active = False
        self.assertFalse(self._get_missing(project))
        project.active = True
        project.allow_billable = False
        self.assertFalse(self._get_missing(project))
        project.allow_billable = True
        project.is_template = True
        self.assertFalse(self._get_missing(project))
        Project = self.env["project.project"].with_context(active_test=False)
        self.assertFalse(
            Project.search([("id", "=", project.id), ("billing_missing", "!=", False)])
        )

    # ------------------------------------------------------------------ search

    def test_search_several(self):
        project = self._create_project(schedule=False, sale_line_id=False)
        project.sale_line_id = False
        Project = self.env["project.project"]

        def search(operator, value):
            return Project.search(
                [("id", "=", project.id), ("billing_missing", operator, value)]
            )

        self.assertEqual(self._get_missing(project), "schedule,sale_line")
        self.assertTrue(search("ilike", "schedule,sale_line"))
        self.assertTrue(search("ilike", "SALE"))
        self.assertTrue(search("like", "line"))
        self.assertFalse(search("ilike", "schedule,price"))
        self.assertFalse(search("ilike", "nonsense"))
        self.assertTrue(search("not ilike", "price"))
        self.assertFalse(search("not ilike", "schedule"))
        self.assertTrue(search("=", "schedule,sale_line"))
        self.assertFalse(search("=", "schedule"))
        self.assertFalse(search("=", "nonsense"))
        self.assertTrue(search("!=", "schedule"))
        self.assertTrue(search("in", ["price", "schedule,sale_line"]))
        self.assertFalse(search("not in", [False, "schedule,sale_line"]))

    def test_many_projects_at_once(self):
        projects = self._create_project("One", schedule=False) | self._create_project()
        self.assertEqual(projects.mapped("billing_missing"), ["schedule", False])
        groups = self.env["project.project"]._read_group(
            [("id", "in", projects.ids), ("billing_missing", "!=", False)],
            aggregates=["__count"],
        )
        self.assertEqual(groups, [(1,)])

    def test_code_within_another_code(self):
        """A new code may contain one that is there: that goes on to mean itself."""
        codes = ("price", "special_price", "schedule")
        Project = self.env["project.project"]
        with patch.object(missing_data, "MISSING_CODES", codes):
            self.assertEqual(Project._get_codes_like("price"), ["price"])
            self.assertEqual(Project._get_codes_like("pri"), ["price", "special_price"])
