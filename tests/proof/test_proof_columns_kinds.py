from odoo.tests import tagged

from ..common.proof_columns import row
from ..common.proof_columns_beyond import ProofColumnsBeyondCommon

KINDS = ("milestone", "fixed", "expense", "down_payment")


def _names(kind):
    """The document, or the order of the item on it."""
    return lambda case: (
        case.lines[kind].move_id.display_name,
        f"{case.lines[kind].sale_line_ids.order_id.name} - ",
    )


def _of_line(kind, name, *values):
    return row(
        f"account_move_line.{name}",
        lambda case: case.lines[kind],
        *values,
        name=_names(kind),
    )


def _of_item(kind, name, *values):
    return row(
        f"sale_order_line.{name}",
        lambda case: case.lines[kind].sale_line_ids,
        *values,
        name=_names(kind),
    )


def _other_line(kind):
    other = "fixed" if kind == "milestone" else "milestone"
    return lambda case: case.lines[other].id


def _hours(case):
    return case.product_hours.id


def _day(case):
    return case.env.ref("uom.product_uom_day").id


ROWS = (
    *(
        line
        for kind in KINDS
        for line in (
            _of_line(
                kind,
                "billing_kind",
                *(other for other in ("time", *KINDS, "section") if other != kind),
            ),
            _of_line(kind, "made_with", None),
            _of_line(kind, "is_supplementary", True),
            _of_line(kind, "is_downpayment", kind != "down_payment"),
            _of_line(kind, "recreated_line_id", _other_line(kind)),
            _of_line(kind, "credited_quantity", 1.0),
            _of_line(kind, "credited_made", 1.0),
        )
    ),
    *(
        item
        for kind in KINDS
        for item in (
            _of_item(kind, "product_id", _hours),
            _of_item(kind, "product_uom_id", _day),
            _of_item(kind, "qty_to_invoice", 99.0),
            _of_item(kind, "qty_delivered_method", None),
        )
    ),
    # What people deliver by hand may be any quantity.
    _of_item("milestone", "qty_delivered", 99.0),
    _of_item("fixed", "qty_delivered", 99.0),
    _of_item("expense", "qty_delivered", 99.0),
    _of_item("milestone", "qty_delivered_method", "manual", "timesheet"),
    _of_item("expense", "qty_delivered_method", "manual", "timesheet"),
    _of_item("milestone", "is_downpayment", True),
    _of_item("expense", "is_downpayment", True),
    *(
        row(
            "project_milestone.quantity_percentage",
            lambda case, name=name: getattr(case, name),
            0.1,
            0.9,
            name=lambda case: f"{case.milestone_order.name} - ",
        )
        for name in ("billed_milestone", "waiting_milestone")
    ),
)


@tagged("post_install", "-at_install")
class TestProofColumnsOfKinds(ProofColumnsBeyondCommon):
    """What the lines and items of all kinds but time rest on alike."""

    def test_columns(self):
        self.assertFound(ROWS)
