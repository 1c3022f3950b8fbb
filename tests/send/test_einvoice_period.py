from datetime import date, datetime

from lxml import etree

from odoo.fields import Command
from odoo.tests import tagged

from ..common.einvoice import EinvoiceMixin
from ..common.send import SendCommon

JANUARY = (date(2026, 1, 1), date(2026, 1, 31))
FEBRUARY = (date(2026, 2, 1), date(2026, 2, 28))


def read_day(texts):
    """UBL writes 2026-01-31, CII 20260131."""
    text = "".join(texts).strip().replace("-", "")
    return datetime.strptime(text, "%Y%m%d").date()


@tagged("post_install", "-at_install")
class TestEinvoicePeriod(EinvoiceMixin, SendCommon):
    """E-invoices say when the work was done, of each line and of the document."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project()
        cls.january = cls._period(cls.project, JANUARY[0])
        cls.february = cls._period(cls.project, FEBRUARY[0])

    def _generate(self, periods, post=True):
        self._lock(date(2026, 2, 28))
        invoices = self.env["account.move"].browse(periods._generate_invoices().made)
        if post:
            invoices.with_user(self.user_accountant).action_post()
        return invoices

    # ---------------------------------------------------------------- reading

    def _read_spans(self, tree, document, line, start, end):
        """The period of the document, and those of its lines, as the XML says them."""

        def spans(path):
            nodes = tree.xpath(
                "/".join(f"*[local-name()='{name}']" for name in path.split("/"))
            )
            return [
                tuple(
                    read_day(node.xpath(f".//*[local-name()='{name}']//text()"))
                    for name in (start, end)
                )
                for node in nodes
            ]

        return spans(document), spans(line)

    def _read_ubl(self, content):
        tree = etree.fromstring(content)
        line = {"Invoice": "InvoiceLine", "CreditNote": "CreditNoteLine"}
        line = line[etree.QName(tree).localname]
        return self._read_spans(
            tree, "InvoicePeriod", f"{line}/InvoicePeriod", "StartDate", "EndDate"
        )

    def _read_cii(self, content):
        deal = "SupplyChainTradeTransaction"
        return self._read_spans(
            etree.fromstring(content),
            f"{deal}/ApplicableHeaderTradeSettlement/BillingSpecifiedPeriod",
            f"{deal}/IncludedSupplyChainTradeLineItem/SpecifiedLineTradeSettlement/"
            "BillingSpecifiedPeriod",
            "StartDateTime",
            "EndDateTime",
        )

    def assertSpans(self, invoice, document, lines):
        for content in (
            self._read_ubl(self._export(invoice, "ubl_bis3")),
            self._read_cii(self._export(invoice, "cii")),
        ):
            self.assertEqual(content, ([document], lines))

    # ------------------------------------------------------------------ tests

    def test_period_of_the_time(self):
        self._log_time(self.project, date(2026, 1, 15), 3.0)
        invoice = self._generate(self.january)
        self.assertEqual(invoice.invoice_date, date(2026, 3, 10))
        self.assertSpans(invoice, JANUARY, [JANUARY])

    def test_late_time_says_its_own_days(self):
        self._log_time(self.project, date(2026, 1, 15), 3.0)
        self._generate(self.january)
        for day in (20, 5, 9):
            self._log_time(self.project, date(2026, 1, day), 1.0)
        invoice = self._generate(self.february)
        late = (date(2026, 1, 5), date(2026, 1, 20))
        self.assertSpans(invoice, late, [late])

    def test_line_with_late_time_leaves_no_day_out(self):
        self._log_time(self.project, date(2026, 1, 15), 3.0)
        entry = self._log_time(self.project, date(2026, 2, 15), 3.0)
        line = self._generate(self.january).invoice_line_ids
        late = line.timesheet_entry_ids
        february = self._generate(self.february).invoice_line_ids
        self.assertEqual(february.timesheet_entry_ids, entry)
        late._set_invoice_line(february)
        self.assertEqual(
            february._get_billed_spans(), {february: (date(2026, 1, 15), FEBRUARY[1])}
        )

    def test_document_spans_the_periods_of_its_lines(self):
        other = self._create_project("Other")
        (self.project | other).billing_grouping = "customer"
        self._log_time(self.project, date(2026, 1, 15), 3.0)
        self._log_time(other, date(2026, 2, 15), 3.0)
        periods = self.january | self._period(other, FEBRUARY[0])
        invoice = self._generate(periods)
        self.assertEqual(len(invoice), 1)
        self.assertSpans(invoice, (JANUARY[0], FEBRUARY[1]), [JANUARY, FEBRUARY])

    def test_line_of_ones_own_has_none(self):
        self._log_time(self.project, date(2026, 1, 15), 3.0)
        invoice = self._generate(self.january, post=False)
        invoice.invoice_line_ids = [
            Command.create(
                {"name": "Licence", "price_unit": 5.0, "tax_ids": self.tax.ids}
            )
        ]
        invoice.action_post()
        self.assertSpans(invoice, JANUARY, [JANUARY])

    def test_credit_note_says_the_period_that_it_credits(self):
        self._log_time(self.project, date(2026, 1, 15), 3.0)
        invoice = self._generate(self.january)
        credit = invoice._reverse_moves([{"invoice_date": date(2026, 3, 10)}])
        credit.action_post()
        self.assertFalse(invoice.invoice_line_ids.timesheet_entry_ids)
        self.assertSpans(credit, JANUARY, [JANUARY])

    def test_document_without_period_is_as_odoo_makes_it(self):
        self.invoice.partner_bank_id = self.company.partner_id.bank_ids
        self.assertEqual(
            self._read_ubl(self._export(self.invoice, "ubl_bis3")), ([], [])
        )
        document, lines = self._read_cii(self._export(self.invoice, "cii"))
        self.assertEqual(
            document, [(self.invoice.invoice_date, self.invoice.invoice_date_due)]
        )
        self.assertFalse(lines)

    def test_formats_of_other_countries_follow(self):
        self._log_time(self.project, date(2026, 1, 15), 3.0)
        invoice = self._generate(self.january)
        content = self._export(invoice, "ubl_nl")
        self.assertEqual(self._read_ubl(content), ([JANUARY], [JANUARY]))

    def test_sent_documents(self):
        """What leaves through Odoo's dialog, by somebody who reads no timesheets."""
        self._log_time(self.project, date(2026, 1, 15), 3.0)
        invoice = self._generate(self.january)
        self._send(invoice)
        self.assertSent(invoice, "mail")
        self.assertEqual(
            self._read_ubl(invoice.ubl_cii_xml_id.raw), ([JANUARY], [JANUARY])
        )
        embedded = self.env["ir.attachment"].search(
            [("name", "=", "factur-x.xml"), ("res_id", "=", invoice.id)]
        )
        self.assertEqual(self._read_cii(embedded.raw), ([JANUARY], [JANUARY]))

    def test_cost_of_a_document(self):
        """As many queries for many lines as for one."""
        for day in range(1, 4):
            self._log_time(self.project, date(2026, 1, day), 1.0)
        one = self._generate(self.january).invoice_line_ids
        many = one
        for number in range(3):
            project = self._create_project(f"Other {number}")
            self._log_time(project, date(2026, 1, 15), 3.0)
            many |= self._generate(self._period(project, JANUARY[0])).invoice_line_ids
        counts = []
        for lines in (one, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            lines._get_billed_spans()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
