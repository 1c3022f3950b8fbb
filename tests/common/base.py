from datetime import date

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

from odoo.addons.invoicing_cycle.models.rates.item_change import holding_from

TODAY = date(2026, 3, 10)


class InvoicingCycleCommon(TransactionCase):
    """A services company in March 2026: people, a customer, products, no projects.

    Today is Tuesday 10 March 2026. ``consultant`` and ``colleague`` log time,
    ``manager_user`` manages the projects, ``accountant`` bills, ``salesperson`` sells,
    ``timesheet_admin`` administers timesheets.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._freeze_today()
        cls.company = cls.env.company
        cls.env = cls.env(
            context={
                **cls.env.context,
                "tracking_disable": True,
                "no_reset_password": True,
                "mail_create_nolog": True,
            }
        )
        cls._setup_accounting()
        cls._setup_people()
        cls._setup_products()

    def setUp(self):
        # Odoo forgets here what waits for the end of the transaction, such as the
        # counting of time that the class has made.
        self.env.cr.flush()
        super().setUp()

    def _get_missing(self, project):
        """What a project lacks now, not when it was asked before."""
        project._ask_missing_anew()
        return project.billing_missing

    @classmethod
    def _freeze_today(cls):
        cls.startClassPatcher(freeze_time(TODAY))

    @classmethod
    def _setup_accounting(cls):
        company = cls.company
        if not company.chart_template:
            cls.env["account.chart.template"].try_loading(
                "generic_coa", company=company, install_demo=False
            )
        cls.tax = cls.env["account.tax"].create(
            {
                "name": "Cycle tax 24%",
                "amount": 24.0,
                "type_tax_use": "sale",
                "company_id": company.id,
            }
        )
        cls.tax_included = cls.tax.copy(
            {"name": "Cycle tax 24% incl.", "price_include_override": "tax_included"}
        )

    @classmethod
    def _new_user(cls, login, groups, **values):
        return new_test_user(
            cls.env,
            login=login,
            name=values.pop("name", login.replace("_", " ").title()),
            email=f"{login}@example.com",
            groups=groups,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            **values,
        )

    @classmethod
    def _setup_people(cls):
        consultant_groups = "base.group_user,hr_timesheet.group_hr_timesheet_user"
        cls.user_consultant = cls._new_user("consultant", consultant_groups)
        cls.user_colleague = cls._new_user("colleague", consultant_groups)
        cls.user_manager = cls._new_user(
            "project_lead",
            "project.group_project_user,hr_timesheet.group_hr_timesheet_approver",
        )
        cls.user_accountant = cls._new_user(
            "accountant", "account.group_account_invoice"
        )
        cls.user_salesperson = cls._new_user(
            "salesperson", "sales_team.group_sale_salesman"
        )
        cls.user_timesheet_admin = cls._new_user(
            "timesheet_admin", "hr_timesheet.group_timesheet_manager"
        )
        boss, cls.consultant, cls.colleague, cls.lead = cls.env["hr.employee"].create(
            [
                {"name": "Boss", "user_id": cls.user_timesheet_admin.id},
                {
                    "name": "Consultant",
                    "user_id": cls.user_consultant.id,
                    "hourly_cost": 40.0,
                },
                {
                    "name": "Colleague",
                    "user_id": cls.user_colleague.id,
                    "hourly_cost": 45.0,
                },
                {"name": "Project Lead", "user_id": cls.user_manager.id},
            ]
        )
        cls.boss = boss
        (cls.consultant | cls.colleague | cls.lead).parent_id = boss

    @classmethod
    def _setup_products(cls):
        cls.partner = cls.env["res.partner"].create(
            {"name": "Customer", "email": "customer@example.com", "is_company": True}
        )
        hour = cls.env.ref("uom.product_uom_hour")
        day = cls.env.ref("uom.product_uom_day")
        common = {"type": "service", "taxes_id": [Command.set(cls.tax.ids)]}
        cls.product_hours, cls.product_days, cls.product_fixed = cls.env[
            "product.product"
        ].create(
            [
                {
                    **common,
                    "name": "Consulting (hours)",
                    "list_price": 100.0,
                    "uom_id": hour.id,
                    "service_policy": "delivered_timesheet",
                },
                {
                    **common,
                    "name": "Consulting (days)",
                    "list_price": 800.0,
                    "uom_id": day.id,
                    "service_policy": "delivered_timesheet",
                },
                {
                    **common,
                    "name": "Fixed price",
                    "list_price": 9000.0,
                    "service_policy": "ordered_prepaid",
                },
            ]
        )

    # --------------------------------------------------------------- builders

    @classmethod
    def _create_order(cls, product=None, price=None, quantity=10.0, **values):
        """A confirmed order with one line; products generate no project."""
        line = {
            "product_id": (product or cls.product_hours).id,
            "product_uom_qty": quantity,
        }
        if price is not None:
            line["price_unit"] = price
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.partner.id,
                "order_line": [Command.create(line)],
                **values,
            }
        )
        order.action_confirm()
        return order

    @classmethod
    def _create_project(cls, name="Project", order=None, schedule=True, **values):
        """A billable project on an order of its own, billed monthly from January."""
        if order is None:
            order = cls._create_order()
        if schedule:
            values = {
                "billing_frequency": "monthly",
                "billing_start_date": date(2026, 1, 1),
                **values,
            }
        return cls.env["project.project"].create(
            {
                "name": name,
                "allow_billable": True,
                "allow_timesheets": True,
                "partner_id": cls.partner.id,
                "user_id": cls.user_manager.id,
                "sale_line_id": order.order_line[:1].id,
                **values,
            }
        )

    @classmethod
    def _log_time(cls, project, day, hours=1.0, employee=None, **values):
        """A time entry as the superuser, past every lock."""
        return cls.env["account.analytic.line"].create(
            {
                "name": "Work",
                "project_id": project.id,
                "employee_id": (employee or cls.consultant).id,
                "date": day,
                "unit_amount": hours,
                **values,
            }
        )

    @classmethod
    def _lock(cls, until, employees=None):
        """Lock timesheets without asking how far one may."""
        (employees or cls.consultant).sudo().timesheet_locked_until = until

    @classmethod
    def _change_for_all(cls, record, vals):
        """Change an item or a price for all time that no confirmed invoice bills."""
        with holding_from(date.min):
            record.write(vals)
        cls.env.flush_all()

    @classmethod
    def _period(cls, project, day):
        """The period of a project that covers a day."""
        return project.billing_period_ids.filtered(
            lambda period: (
                period.date_from <= day
                and (not period.date_to or day <= period.date_to)
            )
        )
