"""One document of each kind, as a consultancy in Helsinki sends them in March 2026.

``scripts/paper.py`` takes pictures of them, ``tests/send/test_paper_kinds.py`` holds
their e-invoices against the norm. Days, people and numbers are fixed.
"""

from datetime import date

from odoo.fields import Command

from .paper_company import DAY, FEBRUARY, JANUARY, PaperCompany
from .paper_words import FIXED, HOURS, MILESTONES, TRAVEL


class Papers(PaperCompany):
    """Makes a document of each kind: each ``make_<kind>_<language>`` is one."""

    def make_all(self):
        """
        :return: dict, name of the kind and language to a posted ``account.move``
        """
        names = [name for name in vars(type(self)) if name.startswith("make_")]
        names.remove("make_all")
        return {name.removeprefix("make_"): getattr(self, name)() for name in names}

    # ------------------------------------------------------------------- hours

    def make_item_fi(self):
        order = self._sell(
            "fi",
            "OT-88214",
            (HOURS, "Konsultointi", 135.0, 60.0, 0.0),
            (HOURS, "Konsultointi, johtava asiantuntija", 165.0, 20.0, 5.0),
        )
        project, _tasks = self._start("Varastonohjauksen uudistus", order)
        lead = {"so_line": order.order_line[1].id}
        self._log(
            project,
            (3, self.aino, 7.5, "Nykytilan kartoitus", {}),
            (10, self.aino, 6.25, "Tavoitetilan kuvaus", {}),
            (17, self.aino, 7.0, "Hankintasuunnitelma", {}),
            (18, self.mikko, 3.5, "Johtoryhmän työpaja", lead),
        )
        return self._bill(project)

    def make_task_de(self):
        order = self._sell(
            "de", "4500017733", (HOURS, "Beratung ERP-Einführung", 142.0, 80.0, 0.0)
        )
        project, tasks = self._start(
            "Einführung ERP-System",
            order,
            ("Prozessanalyse", "Datenmigration", "Schulung der Anwender"),
            billing_line_detail="task",
            billing_annex_grouping="day",
            billing_attach_annex=True,
        )
        analysis, migration, training = ({"task_id": task.id} for task in tasks)
        self._log(
            project,
            (4, self.aino, 6.0, "Interviews im Einkauf", analysis),
            (4, self.sofia, 5.5, "Interviews in der Fertigung", analysis),
            (11, self.mikko, 7.5, "Abgleich der Stammdaten", migration),
            (12, self.mikko, 4.25, "Probelauf der Migration", migration),
            (24, self.aino, 3.0, "Schulung Einkauf", training),
        )
        return self._bill(project)

    def make_person_fr(self):
        order = self._sell(
            "fr", "BC-2026-0311", (HOURS, "Conseil en conception", 138.0, 80.0, 0.0)
        )
        project, _tasks = self._start(
            "Refonte du portail client",
            order,
            billing_line_detail="employee",
            billing_annex_prices=True,
            billing_attach_annex=True,
        )
        self._log(
            project,
            (5, self.aino, 7.0, "Ateliers utilisateurs", {}),
            (6, self.aino, 4.5, "Synthèse des ateliers", {}),
            (12, self.sofia, 6.75, "Maquettes de navigation", {}),
            (13, self.sofia, 5.25, "Tests d'utilisabilité", {}),
            (20, self.mikko, 2.5, "Comité de pilotage", {}),
        )
        return self._bill(project)

    def make_task_and_person_en(self):
        order = self._sell(
            "en", "PO 310045", (HOURS, "Consulting, data", 135.0, 60.0, 0.0)
        )
        project, tasks = self._start(
            "Wind Yield Forecasting",
            order,
            ("Data platform", "Forecast model"),
            billing_line_detail="task_employee",
        )
        platform, model = ({"task_id": task.id} for task in tasks)
        self._log(
            project,
            (9, self.aino, 6.5, "Ingestion of turbine data", platform),
            (16, self.sofia, 7.25, "First model", model),
            (17, self.mikko, 3.75, "Back-testing", model),
        )
        return self._bill(project)

    def make_entry_fi(self):
        order = self._sell(
            "fi", "OT-88230", (HOURS, "Konsultointi, tietoturva", 148.0, 40.0, 0.0)
        )
        project, _tasks = self._start(
            "Tietoturvakartoitus", order, billing_line_detail="entry"
        )
        self._log(
            project,
            (2, self.sofia, 3.5, "Aloituskokous ja rajaus", {}),
            (4, self.sofia, 6.75, "Käyttöoikeuksien läpikäynti", {}),
            (5, self.mikko, 4.25, "Palomuurisääntöjen tarkastus", {}),
            (12, self.sofia, 5.5, "Raportin laatiminen", {}),
        )
        return self._bill(project)

    def make_late_de(self):
        order = self._sell(
            "de", "4500017790", (HOURS, "Beratung Instandhaltung", 142.0, 60.0, 0.0)
        )
        project, _tasks = self._start("Vorausschauende Instandhaltung", order)
        self._log(project, (JANUARY, self.aino, 5.0, "Auftakt", {}))
        self._bill(project, JANUARY)
        self._log(
            project,
            (date(2026, 1, 28), self.sofia, 3.25, "Nachgereichte Reisezeit", {}),
            (10, self.aino, 7.5, "Sensorkonzept", {}),
            (19, self.aino, 6.0, "Auswertung der Messreihen", {}),
        )
        return self._bill(project)

    def make_cap_en(self):
        order = self._sell(
            "en", "PO 310067", (HOURS, "Consulting, security review", 155.0, 20.0, 0.0)
        )
        order.order_line.billing_capped = True
        project, _tasks = self._start("Review of Control Systems", order)
        self._log(
            project,
            (5, self.mikko, 7.5, "Interviews on site", {}),
            (6, self.mikko, 7.5, "Network review", {}),
            (13, self.sofia, 7.0, "Report", {}),
        )
        return self._bill(project)

    def make_customer_de(self):
        order = self._sell(
            "de",
            "4500017801",
            (HOURS, "Beratung Logistik", 142.0, 40.0, 0.0),
            (HOURS, "Beratung Einkauf", 128.0, 40.0, 0.0),
        )
        projects = self.env["project.project"]
        for name, line, day, hours, text in (
            ("Werk Hamburg", order.order_line[0], 9, 6.5, "Layoutplanung"),
            ("Werk Bremen", order.order_line[1], 16, 4.75, "Lieferantengespräche"),
        ):
            project, _tasks = self._start(
                name, order, sale_line_id=line.id, billing_grouping="customer"
            )
            self._log(project, (day, self.aino, hours, text, {}))
            projects |= project
        return self._bill(projects)

    # ------------------------------------------------------------ beyond hours

    def make_fixed_en(self):
        order = self._sell(
            "en", "PO 310071", (FIXED, "Fixed fee, grid study", 15000.0, 1.0, 0.0)
        )
        project, _tasks = self._start("Grid Connection Study", order)
        self._period(project).write(
            {"fixed_amount": 6000.0, "sale_line_id": order.order_line.id}
        )
        return self._bill(project)

    def make_retainer_fr(self):
        order = self._sell(
            "fr",
            "BC-2026-0098",
            (FIXED, "Forfait mensuel, conseil à la direction", 4200.0, 12.0, 0.0),
        )
        project, _tasks = self._start("Conseil à la direction", order)
        project.write(
            {
                "billing_retainer_line_id": order.order_line.id,
                "billing_retainer_hours": 25.0,
                "billing_retainer_carry_over": True,
            }
        )
        self._log(
            project,
            (date(2026, 1, 14), self.mikko, 22.0, "Feuille de route", {}),
            (11, self.mikko, 7.5, "Comité de direction", {}),
            (25, self.mikko, 18.0, "Plan d'investissement", {}),
        )
        return self._bill(project)

    def make_milestone_de(self):
        order = self._sell(
            "de",
            "4500017822",
            (MILESTONES, "Auswahl eines ERP-Systems", 18000.0, 1.0, 0.0),
        )
        project, _tasks = self._start("ERP-Auswahl", order, allow_milestones=True)
        milestones = self.env["project.milestone"].create(
            [
                {
                    "name": name,
                    "project_id": project.id,
                    "sale_line_id": order.order_line.id,
                    "quantity_percentage": share,
                }
                for name, share in (
                    ("Lastenheft abgenommen", 0.4),
                    ("Anbieter vorausgewählt", 0.2),
                    ("Vertrag unterzeichnet", 0.4),
                )
            ]
        )
        for milestone, day in zip(milestones[:2], (12, 26), strict=True):
            milestone.is_reached = True
            milestone.reached_date = FEBRUARY.replace(day=day)
        self.env.flush_all()
        return self._bill(project)

    def make_expenses_fr(self):
        order = self._sell(
            "fr", "BC-2026-0355", (HOURS, "Conseil en organisation", 138.0, 40.0, 0.0)
        )
        project, _tasks = self._start("Organisation des ateliers", order)
        project._create_analytic_account()
        self._log(project, (18, self.sofia, 7.5, "Visite des ateliers", {}))
        franc = self.env.ref("base.CHF")
        franc.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": franc.id,
                "name": FEBRUARY,
                "rate": 0.94,
                "company_id": self.company.id,
            }
        )
        expenses = self.env["hr.expense"].create(
            [
                {
                    "name": name,
                    "employee_id": self.sofia.id,
                    "product_id": self.products[TRAVEL].id,
                    "currency_id": currency.id,
                    "total_amount_currency": amount,
                    "tax_ids": [Command.clear()],
                    "date": FEBRUARY.replace(day=day),
                    "sale_order_id": order.id,
                    "analytic_distribution": {project.account_id.id: 100},
                }
                for name, currency, amount, day in (
                    ("Train Genève–Lyon", self.company.currency_id, 84.6, 17),
                    ("Hôtel à Genève, une nuit", franc, 188.0, 17),
                )
            ]
        )
        expenses.action_submit()
        expenses._do_approve(check=False)
        action = expenses.action_post()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        dialog.with_context(**action["context"]).action_post_entry()
        return self._bill(project)

    def make_down_payment_fi(self):
        order = self._sell(
            "fi",
            "OT-88301",
            (HOURS, "Konsultointi, projekti", 125.0, 80.0, 0.0),
        )
        dialog = self.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=order.ids
        )
        dialog.create(
            {"advance_payment_method": "percentage", "amount": 20.0}
        ).create_invoices()
        self.prepaid = order
        return self._post(order.invoice_ids)

    def make_deducted_fi(self):
        project, _tasks = self._start("Toimitusketjun mittarit", self.prepaid)
        self._log(
            project,
            (3, self.aino, 7.5, "Mittariston määrittely", {}),
            (12, self.sofia, 7.0, "Raportointi", {}),
            (24, self.aino, 6.5, "Käyttöönotto", {}),
        )
        return self._bill(project)

    # ------------------------------------------------------------ other papers

    def make_credit_de(self):
        order = self._sell(
            "de", "4500017850", (HOURS, "Beratung Qualität", 142.0, 40.0, 0.0)
        )
        project, _tasks = self._start(
            "Qualitätssicherung", order, billing_line_detail="employee"
        )
        self._log(
            project,
            (5, self.aino, 6.0, "Audit", {}),
            (6, self.mikko, 4.0, "Audit", {}),
        )
        invoice = self._bill(project)
        dialog = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create(
                {
                    "journal_id": invoice.journal_id.id,
                    "date": DAY,
                    "reason": "Termin am 6. Februar entfallen",
                }
            )
        )
        dialog.refund_moves()
        credit = dialog.new_move_ids
        credit.invoice_line_ids[0].unlink()
        return self._post(credit)

    def make_negative_time_en(self):
        order = self._sell(
            "en", "PO 310082", (HOURS, "Consulting, site supervision", 135.0, 60.0, 0.0)
        )
        project, _tasks = self._start("Turbine Foundations", order)
        self._log(project, (JANUARY, self.aino, 15.0, "Supervision", {}))
        self._bill(project, JANUARY)
        self._log(
            project,
            (JANUARY, self.aino, -7.5, "Day of 20 January was booked twice", {}),
        )
        return self._bill(project, reason="Booked twice")

    def make_freeform_fr(self):
        return self._make_freeform(
            "fr",
            [
                (HOURS, "Formation des chefs de projet, forfait journée", 7.5, 120.0),
                (TRAVEL, "Supports de formation imprimés", 12.0, 18.5),
            ],
            reference="BC-2026-0402",
        )

    def make_freeform_credit_fi(self):
        invoice = self._make_freeform(
            "fi", [(FIXED, "Valmennuspäivä", 2.0, 1450.0)], reference="OT-88344"
        )
        return self._make_freeform(
            "fi",
            [(FIXED, "Valmennuspäivän hinnanalennus", 1.0, 290.0)],
            move_type="out_refund",
            corrects_move_id=invoice.id,
        )
