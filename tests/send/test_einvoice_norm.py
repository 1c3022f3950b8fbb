from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common.beyond import BeyondHoursCommon
from ..common.einvoice import EinvoiceMixin, get_broken_rules
from ..common.expense import ExpenseCommon

DAY, LATER = date(2026, 1, 20), date(2026, 2, 20)
DEAL = "SupplyChainTradeTransaction"
CII_LINE = (DEAL, "IncludedSupplyChainTradeLineItem")


@tagged("post_install", "-at_install")
class TestEinvoiceNorm(EinvoiceMixin, ExpenseCommon, BeyondHoursCommon):
    """E-invoices of every kind of line fulfil EN 16931, and say what the paper says.

    The company rounds taxes over the whole document, prices and hours are odd.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.tax_calculation_rounding_method = "round_globally"
        cls.reduced = cls.tax.copy({"name": "Reduced 6%", "amount": 6.0})
        cls.order = cls._create_order(price=33.35, quantity=100.0)
        cls.order.order_line.copy(
            {
                "order_id": cls.order.id,
                "price_unit": 101.01,
                "discount": 12.5,
                "tax_ids": [Command.set(cls.reduced.ids)],
            }
        )
        cls.hours, cls.senior = cls.order.order_line
        cls.odd = cls._create_project("Odd", order=cls.order)
        cls.task = cls.env["project.task"].create(
            {"name": "Design", "project_id": cls.odd.id}
        )
        cls._log(cls.odd, DAY, [4 / 3, 7 / 6, 5 / 6])
        cls._log(cls.odd, DAY, [4 / 3, 1 / 3], so_line=cls.senior.id)
        cls._lock(date(2026, 2, 28), cls.consultant | cls.lead)
        cls.period = cls._period(cls.odd, DAY)
        cls.next_period = cls._period(cls.odd, LATER)

    @classmethod
    def _log(cls, project, day, hours, **values):
        if "so_line" in values:
            values["is_so_line_edited"] = True
        for number, amount in enumerate(hours):
            cls._log_time(
                project,
                day,
                amount,
                employee=(cls.consultant, cls.lead)[number % 2],
                **values,
            )

    def _invoice(self, periods, reason=""):
        result = periods._generate_invoices(reason)
        self.assertFalse(result.failed + result.skipped)
        invoices = self.env["account.move"].browse(result.made)
        invoices.with_user(self.user_accountant).action_post()
        return invoices

    # -------------------------------------------------------------- assertions

    def assertFulfils(self, invoice):
        """The rules hold, and both formats say what the paper says, line by line."""
        lines = invoice.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        subtotals = [round(line.price_subtotal, 2) for line in lines]
        self.assertAlmostEqual(sum(subtotals), invoice.amount_untaxed)
        ubl, cii = self._export(invoice, "ubl_bis3"), self._export(invoice, "cii")
        self.assertEqual(get_broken_rules(ubl), [])
        self.assertEqual(get_broken_rules(cii), [])
        name = "CreditNoteLine" if invoice.move_type == "out_refund" else "InvoiceLine"
        total = "LegalMonetaryTotal"
        self.assertEqual(
            self._read_numbers(ubl, name, "LineExtensionAmount"), subtotals
        )
        self.assertEqual(
            self._read_numbers(ubl, total, "LineExtensionAmount"),
            [round(invoice.amount_untaxed, 2)],
        )
        self.assertEqual(
            self._read_numbers(ubl, total, "TaxInclusiveAmount"),
            [round(invoice.amount_total, 2)],
        )
        self.assertEqual(
            self._read_numbers(
                cii,
                *CII_LINE,
                "SpecifiedLineTradeSettlement",
                "SpecifiedTradeSettlementLineMonetarySummation",
                "LineTotalAmount",
            ),
            subtotals,
        )
        self.assertEqual(
            self._read_numbers(
                cii,
                DEAL,
                "ApplicableHeaderTradeSettlement",
                "SpecifiedTradeSettlementHeaderMonetarySummation",
                "GrandTotalAmount",
            ),
            [round(invoice.amount_total, 2)],
        )
        if not lines.tax_ids.filtered("price_include"):
            prices = [round(abs(line.price_unit), 6) for line in lines]
            self.assertEqual(
                self._read_numbers(ubl, name, "Price", "PriceAmount"), prices
            )
            self.assertEqual(
                self._read_numbers(
                    cii,
                    *CII_LINE,
                    "SpecifiedLineTradeAgreement",
                    "GrossPriceProductTradePrice",
                    "ChargeAmount",
                ),
                [round(price, 2) for price in prices],
            )

    # ------------------------------------------------------------------- time

    def test_each_detail_of_lines(self):
        details = self.env["project.project"]._fields["billing_line_detail"].selection
        for detail, _label in details:
            with self.subTest(detail):
                self.odd.billing_line_detail = detail
                invoice = self._invoice(self.period)
                self.assertFulfils(invoice)
                invoice.button_draft()
                invoice.unlink()

    def test_taxes_included(self):
        self._change_for_all(self.hours, {"tax_ids": self.tax_included.ids})
        self.odd.billing_line_detail = "entry"
        self.assertFulfils(self._invoice(self.period))

    def test_rounded_by_line(self):
        self.company.tax_calculation_rounding_method = "round_per_line"
        self.odd.billing_line_detail = "entry"
        self.assertFulfils(self._invoice(self.period))

    def test_late_time(self):
        self._invoice(self.period)
        self._log(self.odd, DAY, [1 / 3, 1 / 7])
        self._log(self.odd, LATER, [2 / 3])
        invoice = self._invoice(self.next_period)
        self.assertGreater(len(invoice.invoice_line_ids), 2)
        self.assertFulfils(invoice)

    def test_corrections(self):
        self._log(self.odd, DAY, [-8 / 7], so_line=self.senior.id)
        self.odd.billing_line_detail = "entry"
        self.assertFulfils(self._invoice(self.period))

    def test_cap(self):
        self.hours.billing_capped = True
        self.hours.product_uom_qty = 2.77
        invoice = self._invoice(self.period)
        self.assertEqual(invoice.invoice_line_ids[0].quantity, 2.77)
        self.assertFulfils(invoice)

    # ------------------------------------------------------------ beside time

    def test_retainer(self):
        item = self._create_order(self.product_fixed, price=1999.99, quantity=12.0)
        project = self._create_project("Retainer", order=item)
        project.write(
            {
                "billing_retainer_line_id": item.order_line.id,
                "billing_retainer_hours": 10.0,
            }
        )
        self.assertFulfils(self._invoice(self._period(project, DAY)))

    def test_milestones(self):
        order = self._create_order(self.product_milestones, price=1000.0, quantity=1.0)
        project = self._create_project("M", order=order, allow_milestones=True)
        self._reach(self._create_milestones(project, order.order_line, [1 / 3] * 2))
        self.assertFulfils(self._invoice(self._period(project, DAY)))

    def test_expenses(self):
        expenses = self._create_expense(amount=33.335)
        expenses |= self._create_expense(amount=17.77)
        self._post_expenses(expenses)
        invoice = self._invoice(self.january)
        self.assertEqual(len(invoice.invoice_line_ids), 2)
        self.assertFulfils(invoice)

    def test_down_payment(self):
        [payment] = self._invoice_stock(
            self.order, advance_payment_method="fixed", fixed_amount=77.77
        )
        payment.action_post()
        self.assertFulfils(payment)
        invoice = self._invoice(self.period)
        self.assertIn("down_payment", invoice.invoice_line_ids.mapped("billing_kind"))
        self.assertFulfils(invoice)

    def test_odoos_own_invoice(self):
        [invoice] = self._invoice_stock(self.order)
        self.assertTrue(invoice.billing_origin)
        invoice.action_post()
        self.assertFulfils(invoice)

    # ------------------------------------------------------------ other papers

    def test_credit_notes(self):
        self.odd.billing_line_detail = "entry"
        invoice = self._invoice(self.period)
        credit = self._reverse(invoice)
        # A concession of a part of a line.
        credit.invoice_line_ids[0].quantity /= 3
        credit.invoice_line_ids[1:2].unlink()
        credit.action_post()
        self.assertFulfils(credit)

    def test_negative_as_a_whole(self):
        project = self._create_project("Back", order=self._create_order(price=33.35))
        self._log(project, DAY, [-4 / 3, 1 / 3])
        project.billing_line_detail = "entry"
        credit = self._invoice(self._period(project, DAY), "Given back")
        self.assertEqual(credit.move_type, "out_refund")
        self.assertFulfils(credit)

    def test_freeform(self):
        for kind in ("out_invoice", "out_refund"):
            dialogs = self.env["account.move.freeform"].with_user(self.user_accountant)
            dialog = dialogs.create(
                {
                    "partner_id": self.partner.id,
                    "move_type": kind,
                    "line_ids": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "name": "By agreement",
                                "tax_ids": [Command.set(self.tax.ids)],
                                "quantity": quantity,
                                "price_unit": 33.35,
                            }
                        )
                        for product, quantity in (
                            (self.product_hours, 1.33),
                            (self.product_hours, 1.17),
                            (self.product_hours.browse(), 0.83),
                        )
                    ],
                }
            )
            action = dialog.action_create_move()
            move = self.env["account.move"].browse(action["res_id"])
            self.assertAlmostEqual(dialog.amount_untaxed, move.amount_untaxed)
            self.assertAlmostEqual(dialog.amount_total, move.amount_total)
            move.action_post()
            self.assertFulfils(move)
