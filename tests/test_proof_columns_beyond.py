from datetime import date

from odoo.tests import tagged

from .common_beyond import BeyondHoursCommon
from .common_expense import ExpenseCommon
from .common_proof_columns import ProofColumnsMixin, json_set, row

JANUARY = date(2026, 1, 20)
FEBRUARY = date(2026, 2, 20)


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
    _of_line("fixed", "awaits_credit", True),
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
class TestProofColumnsBeyond(ProofColumnsMixin, BeyondHoursCommon, ExpenseCommon):
    """Each column that milestones, amounts and expenses are billed by."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lines = {}
        cls._setup_milestones()
        cls._setup_fixed()
        cls._setup_expense()
        cls._setup_down_payment()
        cls._setup_retainer()
        cls.projects = (
            cls.milestone_project
            | cls.fixed_project
            | cls.project
            | cls.paid_project
            | cls.retainer_project
        )
        cls.currency = (
            cls.env["res.currency"]
            .with_context(active_test=False)
            .search([("id", "!=", cls.company.currency_id.id)], limit=1)
        )
        cls.projects.billing_period_ids.mapped("hours")
        cls.env.flush_all()

    @classmethod
    def _setup_milestones(cls):
        order = cls._create_order(cls.product_milestones, quantity=1.0)
        project = cls._create_project("Steps", order=order, allow_milestones=True)
        first, second = cls._create_milestones(project, order.order_line, [0.4, 0.6])
        first.name, second.name = "First step", "Second step"
        cls._reach(first, JANUARY)
        cls._generate(cls._period(project, JANUARY))
        cls._reach(second, FEBRUARY)
        cls.milestone_order, cls.milestone_project = order, project
        cls.billed_milestone, cls.waiting_milestone = first, second
        cls.lines["milestone"] = first.invoice_line_id

    @classmethod
    def _setup_fixed(cls):
        cls.fixed_order = cls._create_order(cls.product_fixed, quantity=1.0)
        cls.fixed_project = cls._create_project(
            "Shares", order=cls.fixed_order, billing_frequency="custom"
        )
        cls.fixed_period, cls.open_share = cls.env["project.billing.period"].create(
            [
                {
                    "project_id": cls.fixed_project.id,
                    "date_from": date(2026, month, 1),
                    "date_to": date(2026, month, 15),
                    "fixed_share": 50.0,
                }
                for month in (1, 2)
            ]
        )
        cls._generate(cls.fixed_period)
        cls.lines["fixed"] = cls.fixed_period.invoice_line_ids

    @classmethod
    def _setup_expense(cls):
        cls.expense = cls._create_expense()
        cls.waiting_expense = cls._create_expense(day=FEBRUARY, amount=80.0)
        cls._post_expenses(cls.expense | cls.waiting_expense)
        cls._generate(cls.january)
        cls.expense_item = cls.expense.sale_order_line_id
        cls.lines["expense"] = cls.january.invoice_line_ids

    @classmethod
    def _setup_down_payment(cls):
        order = cls._create_order(quantity=100.0)
        cls.paid_project = cls._create_project("Paid", order=order)
        cls._log_time(cls.paid_project, JANUARY, 7.0)
        cls._lock(date(2026, 1, 31))
        cls._invoice_stock(
            order, advance_payment_method="fixed", fixed_amount=124.0
        ).action_post()
        invoice = cls._generate(cls._period(cls.paid_project, JANUARY))
        cls.lines["down_payment"] = invoice.invoice_line_ids.filtered(
            lambda line: line.billing_kind == "down_payment"
        )

    @classmethod
    def _setup_retainer(cls):
        order = cls._create_order(cls.product_fixed, price=2000.0, quantity=12.0)
        cls.retainer_project = cls._create_project("Retainer", order=order)
        cls.retainer_project.write(
            {
                "billing_retainer_line_id": order.order_line.id,
                "billing_retainer_hours": 10.0,
            }
        )
        cls._log_time(cls.retainer_project, date(2026, 2, 5), 4.0)

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
