from datetime import date

from odoo.tests import tagged

from ..common.proof_columns import json_set, row
from ..common.proof_columns_beyond import (
    FEBRUARY,
    JANUARY,
    ProofColumnsBeyondCommon,
)


def _line(kind):
    return lambda case: case.lines[kind]


def _document(kind):
    return lambda case: case.lines[kind].move_id.display_name


def _document_or_item(kind):
    """The document, its period, or the order of the item on it."""
    return lambda case: (
        case.lines[kind].move_id.display_name,
        case.lines[kind].billing_period_id.display_name,
        f"{case.lines[kind].sale_line_ids.order_id.name} - ",
    )


def _of_line(kind, name, *values):
    return row(
        f"account_move_line.{name}",
        _line(kind),
        *values,
        name=_document_or_item(kind),
    )


def _milestone(name, *values):
    return row(
        f"project_milestone.{name}",
        lambda case: case.billed_milestone,
        *values,
        name=lambda case: (case.billed_milestone.name, _document("milestone")(case)),
    )


def _waits(name, *values):
    return row(
        f"project_milestone.{name}",
        lambda case: case.waiting_milestone,
        *values,
        name=lambda case: case.waiting_milestone.name,
    )


def _fixed(name, *values):
    return row(
        f"project_billing_period.{name}",
        lambda case: case.fixed_period,
        *values,
        name=lambda case: (
            case.fixed_period.display_name,
            _document("fixed")(case),
            case.fixed_order.name,
        ),
    )


def _open_share(name, *values):
    return row(
        f"project_billing_period.{name}",
        lambda case: case.open_share,
        *values,
        name=lambda case: case.open_share.display_name,
    )


def _expense_name(case):
    """The item, which takes the name of another order along."""
    return (
        case.expense_item.display_name,
        f"{case.fixed_order.name} - Travel",
        _document("expense")(case),
    )


def _expense(name, *values):
    return row(
        f"hr_expense.{name}", lambda case: case.expense, *values, name=_expense_name
    )


def _waiting_expense(name, *values):
    return row(
        f"hr_expense.{name}",
        lambda case: case.waiting_expense,
        *values,
        name=lambda case: case.waiting_expense.sale_order_line_id.display_name,
    )


def _expense_item(name, *values):
    return row(
        f"sale_order_line.{name}",
        lambda case: case.expense_item,
        *values,
        name=_expense_name,
    )


ROWS = (
    # --------------------------------------------------------------- milestones
    _milestone("invoice_line_id", None, lambda case: case.lines["fixed"].id),
    _waits("invoice_line_id", lambda case: case.lines["milestone"].id),
    _milestone("billed_amount", 0.0, 1.0),
    _milestone(
        "billing_period_id",
        None,
        lambda case: case._period(case.milestone_project, FEBRUARY).id,
    ),
    _waits(
        "billing_period_id",
        None,
        lambda case: case._period(case.milestone_project, JANUARY).id,
        lambda case: case._period(case.milestone_project, date(2026, 3, 5)).id,
    ),
    _milestone("sale_line_id", None, lambda case: case.fixed_order.order_line.id),
    _milestone("project_id", lambda case: case.fixed_project.id),
    _milestone("is_reached", False),
    _waits("is_reached", False),
    _milestone("reached_date", FEBRUARY),
    _waits("reached_date", date(2026, 3, 5)),
    _of_line("milestone", "billing_kind", None, "fixed", "time"),
    _of_line("milestone", "billing_period_id", None),
    _of_line("milestone", "milestone_count", 0, 3),
    _of_line("milestone", "quantity_made", 0.9),
    # ------------------------------------------------------------ fixed amounts
    _of_line("fixed", "billing_kind", None, "time", "milestone", "down_payment"),
    _of_line("fixed", "billing_period_id", None, lambda case: case.open_share.id),
    _of_line("fixed", "price_made", 1.0),
    row(
        "account_move_line.move_id",
        _line("fixed"),
        lambda case: case.lines["milestone"].move_id.id,
        name=_document("milestone"),
    ),
    _of_line("fixed", "made_with", json_set("made_with", "quantity", 2)),
    _fixed("fixed_amount", 1.0),
    _fixed("fixed_share", 80.0),
    _fixed("sale_line_id", None, lambda case: case.milestone_order.order_line.id),
    _fixed("currency_id", lambda case: case.currency.id),
    _open_share("fixed_share", 10.0),
    _open_share("fixed_amount", 1.0),
    row(
        "project_billing_period.is_retainer",
        lambda case: case._period(case.retainer_project, date(2026, 2, 5)),
        False,
        name=lambda case: case.retainer_project.name,
    ),
    # ----------------------------------------------------------------- expenses
    _of_line("expense", "billing_kind", None, "fixed", "time"),
    _of_line(
        "expense",
        "billing_period_id",
        None,
        lambda case: case._period(case.project, FEBRUARY).id,
    ),
    _of_line("expense", "price_made", 1.0),
    _of_line("expense", "quantity_made", 2.0),
    _expense("sale_order_line_id", None),
    _expense("sale_order_id", lambda case: case.fixed_order.id),
    _expense(
        "billing_period_id", None, lambda case: case._period(case.project, FEBRUARY).id
    ),
    _expense("billing_project_id", lambda case: case.fixed_project.id),
    _expense("state", "refused", "draft"),
    _expense("quantity", 0.5),
    _expense("untaxed_amount", 1.0),
    _expense("date", FEBRUARY),
    _waiting_expense(
        "billing_period_id", None, lambda case: case._period(case.project, JANUARY).id
    ),
    _expense_item(
        "billing_period_id", None, lambda case: case._period(case.project, FEBRUARY).id
    ),
    _expense_item("is_expense", False),
    _expense_item("order_id", lambda case: case.fixed_order.id),
    _expense_item("qty_invoiced", 0.0),
    _expense_item("reinvoiced_with", json_set("reinvoiced_with", "price", 1)),
    # ------------------------------------------------------------ down payments
    _of_line("down_payment", "billing_kind", None, "fixed"),
    _of_line("down_payment", "billing_period_id", None),
    row(
        "account_move_line.price_subtotal",
        _line("down_payment"),
        -9999.0,
        name=lambda case: (
            _document("down_payment")(case),
            case.lines["down_payment"].sale_line_ids.order_id.name,
        ),
    ),
)


@tagged("post_install", "-at_install")
class TestProofColumnsBeyond(ProofColumnsBeyondCommon):
    """Each column that milestones, amounts and expenses are billed by."""

    def test_columns(self):
        self.assertFound(ROWS)

    def test_sale_order_line_invoice_rel(self):
        other = self._create_order().order_line
        self.assertPairsFound(
            [
                (
                    "sale_order_line_invoice_rel",
                    "invoice_line_id",
                    line.id,
                    "order_line_id",
                    line.sale_line_ids.id,
                    other.id,
                    line.move_id.display_name,
                )
                for kind, line in self.lines.items()
            ]
        )

    def test_line_milestone_rel(self):
        self.assertPairsFound(
            [
                (
                    "invoicing_cycle_line_milestone_rel",
                    "move_line_id",
                    self.lines["milestone"].id,
                    "milestone_id",
                    self.billed_milestone.id,
                    self.waiting_milestone.id,
                    _document("milestone")(self),
                )
            ]
        )
