from datetime import date

from odoo.exceptions import LockError, RedirectWarning
from odoo.tests import tagged

from odoo.addons.invoicing_cycle.models.api import calls

from ..common.api import ApiCommon


@tagged("post_install", "-at_install")
class TestApiCalls(ApiCommon):
    """What all calls have in common: values, pages, codes, the caller's context."""

    def _assert_invalid(self, method, text, **values):
        with self.subTest(method=method, values=values):
            self.assertRefused(self.call(method, **values), 422, "invalid_value", text)

    def test_bad_values_are_named(self):
        for method, text, values in (
            ("list_periods", "limit cannot be 0", {"limit": 0}),
            ("list_periods", "limit cannot be 501", {"limit": 501}),
            ("list_periods", "limit cannot be 1.5", {"limit": 1.5}),
            ("list_periods", "after cannot be x", {"after": "x"}),
            ("list_periods", "states cannot be “5”", {"states": [5]}),
            ("list_periods", "“x” are no ids", {"period_ids": "x"}),
            ("list_periods", "no day", {"due_until": "2026-02-30"}),
            ("list_periods", "years from today", {"due_until": "9999-01-01"}),
            ("list_invoices", "no moment", {"changed_since": "yesterday"}),
            ("list_invoices", "statuses cannot be", {"statuses": ["paid"]}),
            ("get_cycle", "no day", {"cycle_date": "March"}),
            ("generate", "period_ids is empty", {"period_ids": []}),
            ("generate", "no text", {"period_ids": [6001], "reason": 5}),
            ("generate", "no ids", {"period_ids": [True]}),
            ("get_document", "kind cannot be", {"invoice_id": 1, "kind": "doc"}),
            ("create_freeform", "lines cannot be", {"lines": []}),
            ("create_freeform", "lines[1] cannot be", {"lines": [{"price": 5}]}),
        ):
            self._assert_invalid(method, text, **values)

    def test_one_text_is_a_list_of_it(self):
        status, answer = self.call("list_periods", states="ready")
        self.assertEqual(status, 200)
        self.assertEqual([item["id"] for item in answer["items"]], [6001])

    def test_too_many_ids(self):
        ids = list(range(1, calls.MOST_IDS + 2))
        for method, name in (
            ("generate", "period_ids"),
            ("confirm", "invoice_ids"),
            ("list_time", "entry_ids"),
        ):
            with self.subTest(method=method):
                answer = self.call(method, **{name: ids})
                self.assertRefused(answer, 422, "too_many", "at most 500")

    def test_missing_records_are_named(self):
        for method, values in (
            ("generate", {"period_ids": [6001, 999999]}),
            ("mark_as_sent", {"invoice_ids": [999999]}),
            ("get_document", {"invoice_id": 999999}),
            ("approve", {"entry_ids": [999999]}),
        ):
            with self.subTest(method=method):
                self.assertRefused(
                    self.call(method, **values), 404, "not_found", "999999"
                )

    def test_pages(self):
        every = self.call("list_periods")[1]
        self.assertIsNone(every["next"])
        ids, after = [], None
        for _number in range(10):
            _status, page = self.call("list_periods", limit=2, after=after)
            self.assertLessEqual(len(page["items"]), 2)
            ids += [item["id"] for item in page["items"]]
            after = page["next"]
            if after is None:
                break
        self.assertEqual(ids, [item["id"] for item in every["items"]])
        self.assertGreater(len(ids), 4)
        self.assertEqual(ids, sorted(set(ids)))

    def test_defaults_in_the_context_do_not_count(self):
        status, answer = self.call(
            "create_freeform",
            customer_id=self.customer.id,
            lines=[{"name": "Licence", "price_unit": 50}],
            context={
                "default_ref": "forged",
                "default_project_id": self.website.id,
            },
        )
        self.assertEqual(status, 200, answer)
        move = self.env["account.move"].browse(answer["invoice_id"])
        self.assertFalse(move.ref)
        self.assertFalse(move.billing_project_ids)

    def test_a_day_begins_in_the_time_zone_of_the_user(self):
        move = self._invoice_website()
        self.user_finance.tz = "Europe/Helsinki"
        self.call("mark_as_sent", invoice_ids=move.ids, sent_on="2026-03-09")
        self.assertEqual(str(move.sent_on), "2026-03-08 22:00:00")

    def test_codes_of_exceptions(self):
        api = self.env["invoicing.cycle.api"]

        def raise_error(error):
            def get_overview(*_args):
                raise error

            self.patch(
                type(self.env["project.billing.period"]),
                "get_cycle_overview",
                get_overview,
            )

        raise_error(LockError("Somebody has it"))
        with self.assertRaises(LockError) as caught:
            api.get_cycle()
        self.assertEqual(caught.exception.context, {"code": "busy"})
        raise_error(RedirectWarning("No bank account", 1, "Open"))
        self.assertRefused(self.call("get_cycle"), 422, "refused", "No bank account")

    def test_odoos_own_address_tells_the_code_as_well(self):
        with self.plain_http() as host:
            answer = self._post(
                f"{host}/json/2/project.billing.period/action_generate_invoices",
                {
                    "Authorization": f"bearer {self.key}",
                    "Content-Type": "application/json",
                },
                '{"ids": [6004]}',
            )
        self.assertRefused(answer, 422, "pending", "Clara Consultant has open days")

    def test_what_the_database_refuses_is_refused_by_the_call(self):
        """Not after it: the answer would be one of success then."""
        flushed = []
        environment = type(self.env)
        flush = environment.flush_all

        def flush_all(env):
            flushed.append(True)
            return flush(env)

        self.patch(environment, "flush_all", flush_all)
        self.env["invoicing.cycle.api"].get_cycle(str(date(2026, 3, 1)))
        self.assertTrue(flushed)
