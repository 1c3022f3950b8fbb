import io
from datetime import date

from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.invoicing_cycle.tools.allocation import spread

from ..common.decision import DecisionCommon
from ..common.pure import PureCase

FIFTH, SIXTH = date(2026, 2, 5), date(2026, 2, 6)


@tagged("post_install", "-at_install")
class TestSpread(PureCase):
    def _spread(self, amount, *weights):
        return spread(amount, weights, lambda value: round(value, 2) + 0.0)

    def test_shares_add_up(self):
        self.assertEqual(self._spread(100.0, 1, 1, 1), [33.33, 33.34, 33.33])
        self.assertEqual(self._spread(700.0, 9, -2), [900.0, -200.0])

    def test_what_cancels_out_is_shared_alike(self):
        self.assertEqual(self._spread(10.0, 2, -2), [5.0, 5.0])
        self.assertEqual(self._spread(0.0, 2, -2), [0.0, 0.0])

    def test_nothing(self):
        self.assertEqual(self._spread(10.0), [])


class AnnexCommon(DecisionCommon):
    """Nine hours of February are worked, seven of them billed at 100."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.entry.unlink()
        cls.task = cls.env["project.task"].create(
            {"name": "Analysis", "project_id": cls.project.id}
        )
        cls.first, cls.second, cls.held, cls.written_off = (
            cls._log_time(cls.project, *values, **more)
            for *values, more in (
                (SIXTH, 4.0, {"name": "Workshop", "task_id": cls.task.id}),
                (FIFTH, 4.0, {"name": "Interviews", "employee": cls.colleague}),
                (SIXTH, 0.5, {"name": "Held work"}),
                (SIXTH, 0.5, {"name": "Written off work"}),
            )
        )
        cls.held.action_set_billing("hold", "Secret reason")
        cls.written_off.action_set_billing("write_off", "Secret reason")
        cls.second.action_set_billing("write_off", "Secret reason", 1.0)

    def _bill(self, period=None, post=True):
        invoice = self._invoice(period)
        if post:
            invoice.with_user(self.user_accountant).action_post()
        return invoice

    def _read(self, invoice, **options):
        """Rows of the annex as the accountant reads them."""
        return [
            (row.day, row.person, row.task, row.text, row.hours, row.amount)
            for project in invoice.with_user(self.user_accountant)._get_annex(**options)
            for part in project.content
            for row in part.content
        ]

    def _get_sums(self, invoice):
        [project] = invoice.with_user(self.user_accountant)._get_annex()
        return project.hours, project.amount


@tagged("post_install", "-at_install")
class TestAnnex(AnnexCommon):
    """The timesheet of an invoice tells what that bills, and nothing else."""

    def test_exactly_what_is_billed(self):
        invoice = self._bill()
        with self.assertRaises(AccessError):
            self.first.with_user(self.user_accountant).read(["unit_amount"])
        self.assertEqual(
            self._read(invoice),
            [
                (FIFTH, "Colleague", "", "Interviews", 3.0, None),
                (SIXTH, "Consultant", "Analysis", "Workshop", 4.0, None),
            ],
        )
        self.assertEqual(invoice.invoice_line_ids.quantity, 7.0)

    def test_amounts_add_up_to_the_invoice(self):
        self.project.billing_annex_prices = True
        invoice = self._bill()
        self.assertEqual([row[-1] for row in self._read(invoice)], [300.0, 400.0])
        self.assertEqual(self._get_sums(invoice), (7.0, invoice.amount_untaxed))

    def test_thirds_add_up(self):
        self.project.billing_annex_prices = True
        (self.first | self.second | self.held | self.written_off).action_set_billing(
            "write_off", "Not of this test"
        )
        for _number in range(3):
            self._log_time(self.project, FIFTH, 1 / 3)
        invoice = self._bill()
        self.assertEqual(
            sorted(row[-1] for row in self._read(invoice)), [33.33, 33.33, 33.34]
        )
        self.assertEqual(self._get_sums(invoice)[1], 100.0)

    def test_groups(self):
        invoice = self._bill()
        for grouping, names in (
            ("employee", ["Colleague", "Consultant"]),
            ("task", ["", "Analysis"]),
            ("day", [FIFTH, SIXTH]),
        ):
            self.project.billing_annex_grouping = grouping
            [project] = invoice._get_annex()
            with self.subTest(grouping=grouping):
                self.assertEqual([part.name for part in project.content], names)
                self.assertEqual([part.hours for part in project.content], [3.0, 4.0])

    def test_what_a_person_wrote_down_is_a_row(self):
        self.project.billing_annex_prices = True
        invoice = self._bill(post=False)
        invoice.invoice_line_ids.quantity = 6.5
        invoice.action_post()
        *_rows, rest = self._read(invoice)
        self.assertEqual(rest, (None, "", "", "Adjustment on the invoice", -0.5, -50.0))
        self.assertEqual(self._get_sums(invoice), (6.5, 650.0))

    def test_rounding_by_line_is_a_row(self):
        self.project.write({"billing_rounding": "30", "billing_rounding_per": "line"})
        self._log_time(self.project, FIFTH, 0.25)
        invoice = self._bill()
        *_rows, rest = self._read(invoice)
        self.assertEqual(rest[3:5], ("Rounding on the invoice", 0.25))
        self.assertEqual(self._get_sums(invoice)[0], 7.5)

    def test_rounded_entries_are_told_as_billed(self):
        self.project.billing_rounding = "30"
        self._log_time(self.project, FIFTH, 0.25, name="Call")
        invoice = self._bill()
        self.assertIn((FIFTH, "Consultant", "", "Call", 0.5, None), self._read(invoice))
        self.assertEqual(self._get_sums(invoice)[0], 7.5)

    def test_the_last_digit_of_a_day_is_no_adjustment(self):
        """7 h are 0.88 days on paper."""
        self.project.billing_unit = "day"
        invoice = self._bill()
        self.assertEqual(invoice.invoice_line_ids.quantity, 0.88)
        self.assertEqual(len(self._read(invoice)), 2)
        self.assertEqual(self._get_sums(invoice)[0], 7.0)

    def test_credited_time_stays_on_what_billed_it(self):
        invoice = self._bill()
        before = self._read(invoice)
        credit = invoice._reverse_moves([{"invoice_date": date(2026, 3, 10)}])
        credit.action_post()
        self.assertFalse(invoice.invoice_line_ids.timesheet_entry_ids)
        self.assertEqual(self._read(invoice), before)
        self.assertEqual(self._read(credit), [])

    def test_freed_time_that_changes_is_told_as_it_was_billed(self):
        """It may be another customer's by now."""
        invoice = self._bill()
        before = self._read(invoice)
        invoice._reverse_moves(cancel=True)
        self.assertFalse(invoice.invoice_line_ids.timesheet_entry_ids)
        other = self._create_project("Of another customer")
        self._lock(False, self.consultant | self.colleague)
        self.first.write(
            {"project_id": other.id, "task_id": False, "name": "Theirs alone"}
        )
        self.second.write({"date": date(2026, 2, 20), "unit_amount": 5.0})
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self._read(invoice), before)
        spans = invoice.invoice_line_ids._get_billed_days()
        days = [day for span in spans.values() for day in span]
        self.assertEqual(max(days), SIXTH)

    def test_line_without_a_unit(self):
        invoice = self._bill()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET product_uom_id = NULL WHERE id IN %s",
            (tuple(invoice.invoice_line_ids.ids),),
        )
        self.env.invalidate_all()
        self.assertTrue(self._read(invoice))

    def test_negative_time_has_the_sign_of_its_credit_note(self):
        self._bill()
        self._log_time(self.project, date(2026, 3, 2), -2.0, name="Too much")
        credit = self._invoice(self._period(self.project, date(2026, 3, 2)))
        self.assertEqual(credit.move_type, "out_refund")
        self.assertEqual([row[3:5] for row in self._read(credit)], [("Too much", 2.0)])
        self.assertEqual(credit.invoice_line_ids.quantity, 2.0)

    def test_several_projects(self):
        other = self._create_project("Other", billing_annex_prices=True)
        (self.project | other).billing_grouping = "customer"
        self._log_time(other, FIFTH, 2.0)
        periods = self.period | self._period(other, FIFTH)
        periods.action_generate_invoices(reason="To be tested")
        invoice = periods.invoice_ids
        self.assertEqual(len(invoice), 1)
        self.assertEqual(
            [(part.name, part.hours, part.amount) for part in invoice._get_annex()],
            [("Project", 7.0, None), ("Other", 2.0, 200.0)],
        )
        (self.project | other).privacy_visibility = "followers"
        self.assertFalse(invoice._get_annex(for_customer=True))
        other.billing_attach_annex = True
        [part] = invoice._get_annex(for_customer=True)
        self.assertEqual(part.name, "Other")

    def test_no_time(self):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_line_ids": [Command.create({"name": "x", "price_unit": 1.0})],
            }
        )
        self.assertIs(invoice._get_billing_annex(), False)
        self.assertFalse(invoice._is_annex_attached())
        with self.assertRaisesRegex(UserError, "bills no time"):
            invoice.action_download_billing_annex()

    def test_cost_of_many_rows(self):
        def count(invoice):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertTrue(invoice._get_annex(for_customer=True))
            return self.env.cr.sql_log_count - before

        few = count(self._bill())
        other = self._create_project("Other", billing_line_detail="employee")
        task = self.task.copy({"project_id": other.id})
        for day in range(1, 21):
            employee = self.colleague if day % 2 else self.consultant
            self._log_time(
                other, date(2026, 2, day), 1.0, employee=employee, task_id=task.id
            )
        many = count(self._bill(self._period(other, FIFTH)))
        self.assertEqual(many, few)


@tagged("post_install", "-at_install")
class TestAnnexFile(AnnexCommon):
    def _get_file(self, invoice, file_format, user=None):
        return invoice.with_user(user or self.user_accountant)._get_billing_annex(
            file_format
        )

    def test_pdf(self):
        invoice = self._bill()
        annex = self._get_file(invoice, "pdf")
        self.assertEqual(annex["mimetype"], "application/pdf")
        self.assertEqual(
            annex["filename"], f"{invoice.name.replace('/', '_')} - Timesheet.pdf"
        )
        # Odoo's tests render HTML.
        text = annex["content"].decode()
        for word in (invoice.name, "Interviews", "Workshop", "Analysis", "7:00"):
            self.assertIn(word, text)
        for word in ("Secret", "Held work", "Written off", "0:30", "8:00", "9:00"):
            self.assertNotIn(word, text)

    def test_xlsx(self):
        self.project.billing_annex_prices = True
        self.first.sudo().name = "=1+1"
        invoice = self._bill()
        annex = self._get_file(invoice, "xlsx")
        self.assertTrue(annex["filename"].endswith(" - Timesheet.xlsx"))
        sheet = load_workbook(io.BytesIO(annex["content"]), data_only=True).active
        head, *rows, total = sheet.iter_rows(values_only=True)
        self.assertEqual(
            head[:6],
            ("Project", "Date", "Employee", "Task", "Description", "Hours"),
        )
        self.assertEqual(head[6], f"Amount ({invoice.currency_id.name})")
        self.assertEqual(
            [(row[0], row[1].date(), *row[2:]) for row in rows],
            [
                ("Project", FIFTH, "Colleague", "", "Interviews", 3, 300),
                ("Project", SIXTH, "Consultant", "Analysis", "=1+1", 4, 400),
            ],
        )
        self.assertEqual((total[0], total[5], total[6]), ("Total", 7, 700))

    def test_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.env["ir.module.module"]._load_module_terms(["invoicing_cycle"], ["de_DE"])
        self.partner.lang = "de_DE"
        invoice = self._bill(post=False)
        invoice.invoice_line_ids.quantity = 6.0
        annex = self._get_file(invoice, "pdf")
        self.assertTrue(annex["filename"].endswith(" - Zeitnachweis.pdf"))
        text = annex["content"].decode()
        for word in (
            "Zeitnachweis zur Rechnung",
            "(Entwurf)",
            "05.02.2026",
            "Stunden",
            "Anpassung auf der Rechnung",
        ):
            self.assertIn(word, text)

    def test_other_formats_are_refused(self):
        invoice = self._bill()
        for file_format in ("docx", False, ["pdf"], None):
            with self.assertRaisesRegex(UserError, "pdf, xlsx"):
                self._get_file(invoice, file_format)

    def test_only_for_readers_of_the_invoice(self):
        invoice = self._bill()
        for file_format in ("pdf", "xlsx"):
            with self.assertRaises(AccessError):
                self._get_file(invoice, file_format, self.user_consultant)
        with self.assertRaises(AccessError):
            invoice.with_user(self.user_consultant).action_download_billing_annex()
