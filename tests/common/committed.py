from datetime import date

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name

TIMEOUT = 60  # seconds; only a deadlock takes as long


class CommittedCase(BaseCase):
    """Periods that several transactions see: committed, and removed afterwards."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        cls.created = []  # (model, ids), in the order in which they were made
        cls.addClassCleanup(cls._remove)
        with cls.registry.cursor() as cr:
            cls.period_ids = cls._commit_periods(cls._environment(cr)).ids

    @classmethod
    def _environment(cls, cr):
        return api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})

    @classmethod
    def _create(cls, env, model, **values):
        record = env[model].create(values)
        cls.created.append((model, record.ids))
        return record

    @classmethod
    def _commit_periods(cls, env):
        """Periods with an hour each. As superuser and with a reason they are invoiced
        on any day, so no clock is stopped here."""
        income = cls._create(
            env,
            "account.account",
            name="Income at once",
            code="ONCE1",
            account_type="income",
        )
        receivable = cls._create(
            env,
            "account.account",
            name="Receivable at once",
            code="ONCE2",
            account_type="asset_receivable",
        )
        cls._create(
            env,
            "account.journal",
            name="Sales at once",
            code="ONCE",
            type="sale",
            default_account_id=income.id,
        )
        partner = cls._create(
            env,
            "res.partner",
            name="Customer at once",
            property_account_receivable_id=receivable.id,
        )
        product = cls._create(
            env,
            "product.product",
            name="Consulting at once",
            type="service",
            service_policy="delivered_timesheet",
            list_price=100.0,
            property_account_income_id=income.id,
            taxes_id=[Command.clear()],
        )
        contact = cls._create(env, "res.partner", name="Consultant at once")
        employee = cls._create(
            env, "hr.employee", name=contact.name, work_contact_id=contact.id
        )
        order = cls._create(
            env,
            "sale.order",
            partner_id=partner.id,
            order_line=[Command.create({"product_id": product.id})],
        )
        order.action_confirm()
        project = cls._create(
            env,
            "project.project",
            name="Project at once",
            allow_billable=True,
            allow_timesheets=True,
            partner_id=partner.id,
            sale_line_id=order.order_line.id,
            billing_frequency="custom",
            billing_period_ids=[
                Command.create(
                    {
                        "date_from": date(2026, month, 1),
                        "date_to": date(2026, month, 20),
                        "invoice_date": date(2026, month, 21),
                    }
                )
                for month in (1, 2, 3, 4)
            ],
        )
        cls.created.append(("project.billing.period", project.billing_period_ids.ids))
        for month in (1, 2, 3, 4):
            cls._create(
                env,
                "account.analytic.line",
                name="Work",
                project_id=project.id,
                employee_id=employee.id,
                date=date(2026, month, 5),
                unit_amount=1.0,
            )
        return project.billing_period_ids.sorted("date_from")

    @classmethod
    def _remove(cls):
        with cls.registry.cursor() as cr:
            env = cls._environment(cr)
            periods = env["project.billing.period"].browse(cls.period_ids)
            periods.invoice_ids.unlink()
            for model, ids in reversed(cls.created):
                records = env[model].browse(ids).exists()
                if model == "sale.order":
                    records._action_cancel()
                if model == "account.analytic.line":
                    records.employee_id.timesheet_locked_until = False
                records.unlink()
