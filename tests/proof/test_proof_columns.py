from odoo.models import MAGIC_COLUMNS
from odoo.tests import TransactionCase, tagged

from . import (
    test_proof_columns_beyond,
    test_proof_columns_credit,
    test_proof_columns_document,
    test_proof_columns_kinds,
    test_proof_columns_parts,
    test_proof_columns_recreated,
    test_proof_columns_time,
)

FILES = (
    test_proof_columns_beyond,
    test_proof_columns_credit,
    test_proof_columns_document,
    test_proof_columns_kinds,
    test_proof_columns_parts,
    test_proof_columns_recreated,
    test_proof_columns_time,
)

#: Columns of Odoo that the ledger rests on, besides those that the add-on adds.
ODOO_COLUMNS = {
    "account_analytic_line": (
        "company_id",
        "date",
        "employee_id",
        "order_id",
        "product_uom_id",
        "project_id",
        "so_line",
        "timesheet_invoice_id",
        "timesheet_invoice_type",
        "unit_amount",
    ),
    "account_move_line": (
        "amount_currency",
        "company_id",
        "currency_id",
        "discount",
        "display_type",
        "is_downpayment",
        "move_id",
        "parent_state",
        "price_subtotal",
        "price_unit",
        "product_id",
        "product_uom_id",
        "quantity",
    ),
    "account_move": (
        "company_id",
        "currency_id",
        "move_type",
        "payment_state",
        "reversed_entry_id",
        "state",
    ),
    "sale_order_line": (
        "company_id",
        "currency_id",
        "discount",
        "is_downpayment",
        "is_expense",
        "order_id",
        "price_unit",
        "product_id",
        "product_uom_id",
        "product_uom_qty",
        "qty_delivered",
        "qty_delivered_method",
        "qty_invoiced",
        "qty_to_invoice",
        "state",
    ),
    "project_milestone": (
        "is_reached",
        "project_id",
        "quantity_percentage",
        "reached_date",
        "sale_line_id",
    ),
    "hr_expense": (
        "date",
        "quantity",
        "sale_order_id",
        "sale_order_line_id",
        "state",
        "untaxed_amount",
    ),
    "project_project": ("sale_line_id",),
}
MODELS = (
    "account.analytic.line",
    "account.move",
    "account.move.line",
    "hr.expense",
    "project.billing.part",
    "project.billing.period",
    "project.billing.time",
    "project.milestone",
    "project.project",
    "sale.order.line",
)
#: Relation tables, in test_..._rel and test_relations of the files by concern. Of a
#: cancelled line a released entry may be missing: free time may be deleted, and
#: re-opening the invoice is refused then (ledger/rebill.py).
PAIRS = {
    "invoicing_cycle_credited_entry_rel",
    "invoicing_cycle_credited_part_rel",
    "invoicing_cycle_line_milestone_rel",
    "invoicing_cycle_released_entry_rel",
    "invoicing_cycle_released_part_rel",
}

SCHEDULE = "how the project is billed from now on; any value is a decision"
SHOWN = "for lists alone; follows from the project, and bills nothing"
DECISION = "a decision of a person, of which any value is right"
#: What needs no row, and why.
EXCEPTIONS = {
    "account_analytic_line.repriced_from": "words of the preview",
    "account_move.autopilot_step": "who did it; what was done is the invoice's state",
    "project_billing_period.autopilot_left": "what waits for a person",
    "project_billing_period.autopilot_on": "as what waits",
    "project_billing_period.autopilot_reason": "as what waits",
    "project_project.billing_autopilot": DECISION,
    "project_project.billing_proration": "a term: what periods took of it is theirs",
    "project_project.billing_rates_until": "where the history of items is asked",
    "sale_order_line.billing_rate_from": "which item holds now is the projects'",
    "sale_order_line.billing_replaces_id": "as its day",
    "account_analytic_line.approval_key": "what was approved: it stays when the "
    "approval is lost by a change, and without it none holds (approved_on)",
    "account_analytic_line.approved_step_id": "the step that was taken last; that it "
    "was the last of all is approved_on",
    "project_billing_part.approved_step_id": "as its entry's",
    "account_analytic_line.hold_reason": "the words of a decision",
    "project_billing_part.hold_reason": "the words of a decision",
    "account_analytic_line.company_id": "that of the person may differ from that of "
    "the order, whose company bills",
    "account_move.billing_cycle_date": "by which cycle a document is listed; no amount "
    "follows from it",
    "account_move.billing_project_ids": SHOWN,
    "account_move_line.released_as": "what a document said of time that it gave back",
    "account_move.corrected_invoice_id": "named on paper and in e-invoices; what a "
    "credit frees is the link of its lines",
    "account_move.sent_by_id": "who has sent it; that it was sent is sent_on",
    "account_move.sent_reference": "what another system calls the sending",
    "account_move_line.product_id": "an accountant may choose another on a draft, for "
    "its text and account; that of the item is kept in made_with",
    "sale_order_line.billing_capped": DECISION + "; lines keep the cap they were made "
    "under",
    "sale_order_line.discount": DECISION + "; lines keep their own",
    "sale_order_line.price_unit": DECISION + "; lines keep their own",
    "sale_order_line.product_uom_qty": DECISION,
    "sale_order_line.standard_rate": "for the realization, which values time by it",
    "project_billing_period.amount_beside_time": "what would be billed now, for lists; "
    "what is billed is told by the lines",
    "project_billing_time.counted_on": "tells which rows without time may be dropped",
    "project_billing_period.expense_amount": "a part of the amounts, for lists",
    "project_billing_period.billing_owner_id": "who sees and bills the period; no "
    "amount follows from it",
    "project_billing_period.partner_id": "for lists and the choice of an item; the "
    "invoice goes to the customer of the order",
    "project_billing_period.generate_error": "the words of a failure",
    "project_billing_period.invoice_date": DECISION,
    "project_billing_period.is_supplementary": "tells why a period was opened: it "
    "bills as all do",
    "project_billing_period.retainer_amount": "what the retainer was when the period "
    "was opened; a person may bill another amount",
    "project_billing_period.retainer_hours": "what was agreed for the period; any "
    "value is",
    "project_project.billing_owner_id": DECISION,
    "project_project.billing_company_id": SHOWN + "; periods keep theirs",
    "project_project.sale_line_id": DECISION + "; time keeps its own",
    **{
        f"project_project.{name}": SCHEDULE
        for name in (
            "billing_annex_grouping",
            "billing_annex_prices",
            "billing_attach_annex",
            "billing_attach_marked_receipts",
            "billing_attach_receipts",
            "billing_deduct_down_payments",
            "billing_expense_markup",
            "billing_frequency",
            "billing_grouping",
            "billing_invoice_delay",
            "billing_line_detail",
            "billing_retainer_amount",
            "billing_retainer_carry_over",
            "billing_retainer_hours",
            "billing_retainer_line_id",
            "billing_retainer_overrun_line_id",
            "billing_rounding",
            "billing_rounding_per",
            "billing_start_date",
            "billing_unit",
            "billing_unmapped_intended",
        )
    },
}


@tagged("post_install", "-at_install")
class TestProofColumns(TransactionCase):
    """No column of the ledger is forgotten."""

    def _get_columns(self):
        """Columns that the add-on adds to these tables, and those of Odoo by name."""
        columns, relations = set(), set()
        for name in MODELS:
            model = self.env[name]
            for field in model._fields.values():
                own = field._modules and set(field._modules) <= {"invoicing_cycle"}
                if not own or not field.store or field.name in MAGIC_COLUMNS:
                    continue
                if field.type == "many2many":
                    relations.add((field.relation, f"{model._table}.{field.name}"))
                elif field.column_type:
                    columns.add(f"{model._table}.{field.name}")
        for table, names in ODOO_COLUMNS.items():
            columns |= {f"{table}.{name}" for name in names}
        return columns, relations

    def test_each_column_is_tested_or_excepted(self):
        tested = {row.column for module in FILES for row in module.ROWS}
        columns, relations = self._get_columns()
        self.assertEqual(sorted(columns - tested - EXCEPTIONS.keys()), [])
        for relation, name in relations:
            self.assertTrue(relation in PAIRS or name in EXCEPTIONS, name)
        # Nothing is excepted that is not there, or that is tested.
        names = columns | {name for _relation, name in relations}
        self.assertEqual(sorted(EXCEPTIONS.keys() - names), [])
        self.assertEqual(sorted(EXCEPTIONS.keys() & tested), [])

    def test_odoo_columns_exist(self):
        for table, names in ODOO_COLUMNS.items():
            self.env.cr.execute(
                "SELECT column_name FROM information_schema.columns"
                " WHERE table_name = %s",
                [table],
            )
            found = {name for (name,) in self.env.cr.fetchall()}
            self.assertFalse(set(names) - found, table)
