from datetime import date

from odoo.fields import Command

from .paper_words import (
    CUSTOMERS,
    HOURS,
    LANGUAGES,
    PRODUCTS,
    SELLER,
    TRAVEL,
    WORDS,
)

DAY = date(2026, 3, 3)
JANUARY, FEBRUARY = date(2026, 1, 20), date(2026, 2, 1)
LAST = date(2026, 2, 28)


class PaperCompany:
    """A consultancy in Helsinki, its customers and people, and what bills them.

    :param env: environment of the superuser; today has to be ``DAY``
    """

    def __init__(self, env):
        for code in LANGUAGES.values():
            env["res.lang"]._activate_and_install_lang(code)
        company = env["res.company"].create({"name": SELLER["name"]})
        env.user.company_ids |= company
        # Units are printed for whoever works with them.
        env.user.group_ids |= env.ref("uom.group_uom")
        self.env = env(
            context={
                "allowed_company_ids": company.ids,
                "tracking_disable": True,
                "lang": "en_GB",
            }
        )
        self.company = company.with_env(self.env)
        self.orders = 0
        self._setup_accounting()
        self._setup_customers()
        self._setup_people()
        self._setup_products()

    # ----------------------------------------------------------------- company

    def _prepare_partner(self, env, values):
        country = env.ref(f"base.{values['country']}")
        values = {key: value for key, value in values.items() if key != "country"}
        return {**values, "country_id": country.id}

    def _name(self, record, field, words):
        english = words["en"]
        # Odoo translates what is HTML term by term.
        by_terms = callable(record._fields[field].translate)
        record.with_context(lang="en_US")[field] = (
            f"<p>{english}</p>" if by_terms else english
        )
        record.update_field_translations(
            field,
            {
                LANGUAGES[language]: {english: text} if by_terms else text
                for language, text in words.items()
            },
        )

    def _setup_accounting(self):
        env, company = self.env, self.company
        euro = env.ref("base.EUR")
        euro.active = True
        env["account.chart.template"].try_loading(
            "generic_coa", company=company, install_demo=False
        )
        # Only now: with a country or an address on the web Odoo would have installed
        # another chart, and asked other computers about the company.
        company.write({**self._prepare_partner(env, SELLER), "currency_id": euro.id})
        # Those of that chart are for sellers in the United States.
        env["account.fiscal.position"].search(
            [("company_id", "=", company.id)]
        ).auto_apply = False
        company.account_fiscal_country_id = company.country_id
        contact = " · ".join((company.phone, company.email, company.website))
        self._name(
            company,
            "report_footer",
            {
                language: f"{contact} · {label} {company.vat}"
                for language, label in WORDS["vat_number"].items()
            },
        )
        company.expense_journal_id = env["account.journal"].create(
            {"name": "Expenses", "code": "EXPS", "type": "purchase"}
        )
        env["res.partner.bank"].create(
            {
                "acc_number": "FI2112345600000785",
                "partner_id": company.partner_id.id,
                "allow_out_payment": True,
            }
        )
        groups = env["account.tax.group"].create(
            [{"name": "VAT", "company_id": company.id} for _number in range(2)]
        )
        self.vat, self.reverse = env["account.tax"].create(
            [
                {
                    "name": name,
                    "amount": amount,
                    "type_tax_use": "sale",
                    "tax_group_id": group.id,
                    "country_id": company.country_id.id,
                    **values,
                }
                for name, amount, group, values in (
                    ("vat", 25.5, groups[0], {"ubl_cii_tax_category_code": "S"}),
                    (
                        "reverse",
                        0.0,
                        groups[1],
                        {
                            "ubl_cii_tax_category_code": "AE",
                            "ubl_cii_tax_exemption_reason_code": "VATEX-EU-AE",
                        },
                    ),
                )
            ]
        )
        for tax in self.vat | self.reverse:
            words = WORDS[tax.name]
            self._name(tax.tax_group_id, "name", words)
            self._name(tax, "invoice_label", words)
        self._name(self.reverse, "invoice_legal_notes", WORDS["reverse_note"])
        self.abroad = env["account.fiscal.position"].create({"name": "EU"})
        self.reverse.write(
            {
                "fiscal_position_ids": [Command.set(self.abroad.ids)],
                "original_tax_ids": [Command.set(self.vat.ids)],
            }
        )
        self.prices = env["product.pricelist"].create(
            {"name": "EUR", "currency_id": euro.id, "company_id": company.id}
        )
        self.terms = env["account.payment.term"].create(
            {
                "name": "14 days",
                "line_ids": [Command.create({"value": "percent", "nb_days": 14})],
            }
        )
        self._name(self.terms, "note", WORDS["terms"])

    def _setup_customers(self):
        self.customers = {}
        for language, values in CUSTOMERS.items():
            customer = self.env["res.partner"].create(
                {
                    **self._prepare_partner(self.env, values),
                    "is_company": True,
                    "lang": LANGUAGES[language],
                    "email": f"invoices@{language}.example",
                    "invoice_edi_format": "ubl_bis3",
                    "property_payment_term_id": self.terms.id,
                    "property_product_pricelist": self.prices.id,
                    "property_account_position_id": values["country"] != "fi"
                    and self.abroad.id,
                }
            )
            self.customers[language] = customer

    def _setup_people(self):
        names = ("Aino Virtanen", "Mikko Lahti", "Sofia Berg")
        self.people = self.env["hr.employee"].create(
            [
                {
                    "name": name,
                    "company_id": self.company.id,
                    "work_contact_id": self.env["res.partner"]
                    .create({"name": name})
                    .id,
                }
                for name in names
            ]
        )
        self.aino, self.mikko, self.sofia = self.people

    def _setup_products(self):
        hour = self.env.ref("uom.product_uom_hour")
        self.products = {}
        for key, (words, price, policy) in PRODUCTS.items():
            product = self.env["product.product"].create(
                {
                    "name": words["en"],
                    "type": "service",
                    "list_price": price,
                    "service_policy": policy,
                    "taxes_id": [Command.set(self.vat.ids)],
                    "supplier_taxes_id": [Command.clear()],
                    "company_id": self.company.id,
                    **({"uom_id": hour.id} if key == HOURS else {}),
                    **(
                        {"can_be_expensed": True, "expense_policy": "cost"}
                        if key == TRAVEL
                        else {}
                    ),
                }
            )
            self._name(product, "name", words)
            self.products[key] = product

    # ---------------------------------------------------------------- builders

    def _sell(self, language, reference, *lines):
        """A confirmed order.

        :param lines: (product, text, price, quantity, discount)
        """
        self.orders += 1
        order = self.env["sale.order"].create(
            {
                "name": f"S-2026-{self.orders:03}",
                "partner_id": self.customers[language].id,
                "client_order_ref": reference,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.products[product].id,
                            "name": text,
                            "price_unit": price,
                            "product_uom_qty": quantity,
                            "discount": discount,
                        }
                    )
                    for product, text, price, quantity, discount in lines
                ],
            }
        )
        order.action_confirm()
        return order

    def _start(self, name, order, tasks=(), **values):
        """A project that is billed monthly, with tasks.

        :return: the project, and its tasks
        """
        project = self.env["project.project"].create(
            {
                "name": name,
                "allow_billable": True,
                "allow_timesheets": True,
                "partner_id": order.partner_id.id,
                "company_id": self.company.id,
                "sale_line_id": order.order_line[:1].id,
                "billing_frequency": "monthly",
                "billing_start_date": date(2026, 1, 1),
                **values,
            }
        )
        tasks = self.env["project.task"].create(
            [{"name": task, "project_id": project.id} for task in tasks]
        )
        return project, tasks

    def _log(self, project, *rows):
        """Time in February, or on another day.

        :param rows: (day, person, hours, text, values)
        """
        for day, person, hours, text, values in rows:
            if isinstance(day, int):
                day = FEBRUARY.replace(day=day)
            if "so_line" in values:
                values = {**values, "is_so_line_edited": True}
            self.env["account.analytic.line"].create(
                {
                    "name": text,
                    "project_id": project.id,
                    "employee_id": person.id,
                    "date": day,
                    "unit_amount": hours,
                    **values,
                }
            )
        self.people.sudo().timesheet_locked_until = LAST

    def _period(self, project, day=LAST):
        return project.billing_period_ids.filtered(
            lambda period: period.date_from <= day <= period.date_to
        )

    def _bill(self, projects, day=LAST, reason=""):
        """The confirmed invoice of the period of a day."""
        periods = self.env["project.billing.period"]
        for project in projects:
            periods |= self._period(project, day)
        result = periods._generate_invoices(reason)
        if result.failed or result.skipped:
            raise AssertionError([*result.failed, *result.skipped])
        invoice = self.env["account.move"].browse(result.made)
        return self._post(invoice)

    def _post(self, move):
        move.action_post()
        return move

    def _make_freeform(self, language, lines, **values):
        dialog = self.env["account.move.freeform"].create(
            {
                "partner_id": self.customers[language].id,
                "line_ids": [
                    Command.create(
                        {
                            "product_id": self.products[product].id,
                            "name": text,
                            "quantity": quantity,
                            "price_unit": price,
                        }
                    )
                    for product, text, quantity, price in lines
                ],
                **values,
            }
        )
        action = dialog.action_create_move()
        return self._post(self.env["account.move"].browse(action["res_id"]))
