from datetime import date

from odoo.tests import tagged
from odoo.tools import SQL

from ..common.proof_columns import json_set, row
from ..common.proof_columns_time import (
    FEBRUARY,
    JANUARY,
    ProofColumnsOfTimeCommon,
)


def _billed(case):
    return case.billed


def _waiting(case):
    return case.waiting


def _line(case):
    return case.line


def _move(case):
    return case.line.move_id


def _item(case):
    return case.item


def _january(case):
    return case._get_january()


def _february(case):
    return case._get_february()


def _billed_name(case):
    return case._get_billed_names()


def _waiting_name(case):
    return ("Colleague, ",)


def _document(case):
    return case.line.move_id.display_name


def _item_name(case):
    return case.item.order_id.name


def _january_name(case):
    return case._get_period_names()


def _february_name(case):
    return (
        _january(case).display_name,
        _february(case).display_name,
        *_waiting_name(case),
    )


def _entry(name, *values):
    return row(f"account_analytic_line.{name}", _billed, *values, name=_billed_name)


def _waits(name, *values):
    return row(f"account_analytic_line.{name}", _waiting, *values, name=_waiting_name)


def _of_line(name, *values):
    return row(f"account_move_line.{name}", _line, *values, name=_billed_name)


def _of_move(name, *values):
    return row(f"account_move.{name}", _move, *values, name=_document)


def _of_item(name, *values):
    return row(
        f"sale_order_line.{name}",
        _item,
        *values,
        name=lambda case: (_item_name(case), *_billed_name(case)),
    )


def _counted(name, *values):
    """The row of the time that waits."""
    return row(
        f"project_billing_time.{name}",
        lambda case: case.env["project.billing.time"].search(
            [
                ("period_id", "=", case.waiting.billing_period_id.id),
                ("employee_id", "=", case.waiting.employee_id.id),
            ]
        ),
        *values,
        name=lambda case: (case.waiting.billing_period_id.display_name, "Project"),
    )


def _day(case):
    return case.env.ref("uom.product_uom_day").id


ROWS = (
    _entry(
        "invoice_line_id",
        None,
        lambda case: case.other_line.id,
        lambda case: case.same_item_line.id,
    ),
    _waits("invoice_line_id", lambda case: case.line.id),
    _entry("timesheet_invoice_id", None, lambda case: case.other_line.move_id.id),
    _waits("timesheet_invoice_id", lambda case: case.line.move_id.id),
    _entry("billing_period_id", None, lambda case: _february(case).id),
    _waits(
        "billing_period_id",
        None,
        lambda case: _january(case).id,
        lambda case: case._period(case.other, FEBRUARY).id,
    ),
    _entry("so_line", None, lambda case: case.other_item.id),
    _entry("order_id", None, lambda case: case.other_order.id),
    _entry("project_id", None, lambda case: case.other.id, lambda case: case.third.id),
    _entry("unit_amount", 5.0, 0.0),
    _waits("unit_amount", 5.0, 0.0),
    _entry("billing_hours", 5.0, None),
    _waits("billing_hours", 5.0, 0.25),
    _entry("billing_hold", "hold", "write_off"),
    _waits("billing_hold", "hold", "write_off"),
    _waits("billed_as", SQL("'{}'::jsonb")),
    _waits("split_hours", 0.0, 0.5),
    _entry("date", date(2026, 2, 20)),
    _waits("date", date(2026, 3, 5)),
    _entry("product_uom_id", _day),
    # Its unit is of its own choice: the item tells what it adds up to.
    row("account_analytic_line.product_uom_id", _waiting, _day, name=_item_name),
    _entry("timesheet_invoice_type", None, "non_billable", "billable_fixed"),
    _waits("timesheet_invoice_type", None, "billable_fixed"),
    row(
        "account_analytic_line.counted_in",
        _billed,
        None,
        "1/2/3",
        name=_january_name,
    ),
    # ------------------------------------------------------- what is added up of it
    _counted("project_id", lambda case: case.third.id),
    _counted("period_id", lambda case: _january(case).id),
    _counted("employee_id", None, lambda case: case.lead.id),
    _counted("so_line_id", None, lambda case: case.other_item.id),
    _counted(
        "department_id",
        lambda case: case.env["hr.department"].create({"name": "Other"}).id,
    ),
    *(
        _counted(name, 7, None)
        for name in ("total_count", "entry_count", "unbilled_count")
    ),
    _counted("is_waiting", False, None),
    *(
        _counted(name, 9.0)
        for name in (
            "billed_hours",
            "billed_late_hours",
            "held_hours",
            "hours",
            "late_hours",
            "unapproved_hours",
            "uninvoiced_hours",
        )
    ),
    _counted("sent_back_count", 1),
    *(
        _counted(name, date(2026, 1, 1), None)
        for name in ("first_day", "last_day", "unapproved_last_day")
    ),
    # ------------------------------------------------------------- invoice line
    _of_line(
        "billing_period_id",
        None,
        lambda case: _february(case).id,
        lambda case: case._period(case.other, JANUARY).id,
    ),
    _of_line("billing_kind", None, "fixed", "expense", "milestone", "section"),
    _of_line("quantity_made", None, 1.0),
    _of_line("quantity", 9.0),
    _of_line("price_unit", 90.0),
    _of_line("discount", 20.0),
    _of_line("price_subtotal", 999.0),
    _of_line("amount_currency", -999.0),
    _of_line("price_made", None, 90.0),
    _of_line("discount_made", 20.0),
    _of_line(
        "made_with",
        json_set("made_with", "quantity", 9),
        json_set("made_with", "uom_id", 999),
        json_set("made_with", "supplementary", "true"),
    ),
    _of_line("billed_count", None, 9),
    _of_line("billed_hours", None, 9.0),
    _of_line("write_up_quantity", 1.0),
    _of_line("write_up_amount", 50.0),
    _of_line("is_supplementary", True),
    _of_line("move_id", lambda case: case.other_line.move_id.id),
    _of_line("parent_state", "draft", "cancel"),
    _of_line("display_type", "rounding"),
    _of_line("product_uom_id", _day),
    _of_line("currency_id", lambda case: case.currency.id),
    _of_line("company_id", lambda case: case.other_company.id),
    _of_line("milestone_count", 2),
    # ----------------------------------------------------------------- document
    _of_move("state", "draft", "cancel"),
    _of_move("move_type", "entry", "out_refund", "in_invoice"),
    _of_move("currency_id", lambda case: case.currency.id),
    _of_move("company_id", lambda case: case.other_company.id),
    _of_move("billing_origin", None),
    row(
        "account_move.payment_state",
        lambda case: case.cancelled,
        "invoicing_legacy",
        name=lambda case: case.cancelled.display_name,
    ),
    # --------------------------------------------------------------------- item
    _of_item("qty_invoiced", None, 9.0),
    _of_item("billed_quantity", None, 9.0),
    _of_item("made_quantity", None, 9.0),
    _of_item("qty_delivered", None, 9.0),
    _of_item("qty_to_invoice", 99.0),
    _of_item("qty_delivered_method", None, "manual"),
    _of_item("order_id", lambda case: case.other_order.id),
    _of_item("product_uom_id", _day),
    _of_item("state", "draft"),
    _of_item("currency_id", lambda case: case.currency.id),
    _of_item("company_id", lambda case: case.other_company.id),
    _of_item("is_downpayment", True),
    _of_item("is_expense", True),
    # ------------------------------------------------------------------- period
    row(
        "project_billing_period.project_id",
        _january,
        lambda case: case.third.id,
        name=_january_name,
    ),
    # Days that no period covers belong to the next one, whether or not it says so.
    row(
        "project_billing_period.date_from",
        _february,
        date(2026, 1, 15),
        name=_february_name,
    ),
    row(
        "project_billing_period.date_to",
        _january,
        date(2026, 1, 3),
        date(2026, 2, 10),
        name=_january_name,
    ),
    # An invoiced period may have one: its invoice was re-opened after it was skipped.
    row(
        "project_billing_period.skip_reason",
        _february,
        "Agreed",
        name=_february_name,
    ),
    row("project_billing_period.amount_invoiced", _january, 1.0, name=_january_name),
    *(
        row(f"project_billing_period.{count}", _january, 7, name=_january_name)
        for count in ("closing_line_count", "fixed_line_count", "unsent_line_count")
    ),
    row(
        "project_billing_period.company_id",
        _january,
        lambda case: case.other_company.id,
        name=_january_name,
    ),
    row(
        "project_project.billing_cutover",
        lambda case: case.project,
        date(2026, 2, 27),
        name=_february_name,
    ),
    row(
        "project_project.billing_cutover_date",
        lambda case: case.project,
        date(2026, 2, 27),
        name=_february_name,
    ),
    row(
        "project_project.has_billing_periods",
        lambda case: case.project,
        False,
        name=_february_name,
    ),
)


@tagged("post_install", "-at_install")
class TestProofColumnsOfTime(ProofColumnsOfTimeCommon):
    """Each column that time is billed by: changed past the ORM, it is found."""

    def test_columns(self):
        self.assertFound(ROWS)

    def test_sale_order_line_invoice_rel(self):
        self.assertPairsFound(
            [
                (
                    "sale_order_line_invoice_rel",
                    "invoice_line_id",
                    self.line.id,
                    "order_line_id",
                    self.item.id,
                    self.other_item.id,
                    _document(self),
                )
            ]
        )
