from datetime import date

from .base import InvoicingCycleCommon

JANUARY = date(2026, 1, 15)
FEBRUARY = date(2026, 2, 16)


class PreviewCommon(InvoicingCycleCommon):
    """Ready periods, what a preview of them shows and what invoicing makes of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._lock(date(2026, 3, 8), cls.consultant | cls.colleague | cls.lead)
        # Nothing is odd about a company that can be paid.
        cls.bank = cls.env["res.partner.bank"].create(
            {
                "acc_number": "BE15001559627230",
                "partner_id": cls.company.partner_id.id,
                "company_id": cls.company.id,
            }
        )

    @classmethod
    def _create_period(cls, name="Project", hours=8.0, day=JANUARY, **values):
        """The Ready period of a new project with time on a day."""
        project = cls._create_project(name, **values)
        cls._log_time(project, day, hours)
        return cls._period(project, day)

    def _preview(self, periods, user=None):
        """The preview that the button opens."""
        user = user or self.user_accountant
        action = periods.with_user(user).action_preview_invoices()
        self.assertEqual(action["res_model"], "project.billing.preview")
        return (
            self.env["project.billing.preview"].with_user(user).browse(action["res_id"])
        )

    def _create_from(self, preview):
        """The invoices made from a preview."""
        action = preview.action_create_invoices()
        self.assertTrue(action, preview.changed_text)
        result = action["context"]["billing_result"]
        self.assertEqual(result["failed"], [])
        return self.env["account.move"].browse(result["made"])

    def assertMadeAsShown(self, preview, invoices):
        """Each invoice is one of the documents shown, figure by figure."""
        shown = [
            (
                line.partner_id,
                line.currency_id,
                line.period_ids,
                line.amount,
                line.amount_total,
                round(line.hours, 6),
            )
            for line in preview.sudo().document_ids
        ]
        made = [
            (
                invoice.partner_id,
                invoice.currency_id,
                invoice.invoice_line_ids.billing_period_id,
                invoice.amount_untaxed,
                invoice.amount_total,
                round(sum(invoice.invoice_line_ids.mapped("billed_hours")), 6),
            )
            for invoice in invoices
        ]
        self.assertCountEqual(shown, made)

    def _codes(self, preview):
        """Codes of all warnings of a preview."""
        return set().union(
            *(line._get_warning_codes() for line in preview.document_ids)
        )

    def _warning(self, preview, code):
        """The text of a warning, empty where there is none."""
        return "\n".join(
            warning["text"]
            for line in preview.document_ids
            for warning in line.warnings or ()
            if warning["code"] == code
        )

    def assertWarns(self, period, code, text):
        """A warning of this code alone, with this text."""
        preview = self._preview(period)
        self.assertEqual(self._codes(preview), {code})
        self.assertIn(text, self._warning(preview, code))
        self.assertEqual(preview.warned_count, 1)

    def assertQuiet(self, period):
        self.assertEqual(self._codes(self._preview(period)), set())
