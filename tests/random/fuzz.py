import inspect
import json
import os
import signal
import threading
import traceback
import warnings
from collections import Counter
from contextlib import contextmanager
from random import Random

import psycopg2

from odoo.service.model import call_kw
from odoo.tools import SQL, mute_logger
from odoo.tools.json import json_default

from .fuzz_calls import (
    STANDARD,
    build_own,
    build_standard,
    choose_context,
    choose_ids,
    is_misshaped,
)
from .fuzz_result import Finding, Result
from .fuzz_stock import ODOO, STOCK_MODELS
from .fuzz_world import EVERYTHING, REFUSALS, FuzzWorld

#: A call that takes longer stands in the way of others.
SECONDS = 15
#: How often what a call has changed is proven: each time, or each tenth time, ...
PROVED = int(os.environ.get("FUZZ_PROVED", "10"))
READS = (
    "search",
    "web_search",
    "web_read",
    "formatted_read",
    "read",
    "name_search",
    "default_get",
    "get_",
    "fields_get",
    "onchange",
    "export_data",
    "action_open",
    "action_view",
)
#: How many fields of Odoo's own are asked at most.
TWINS = 8


class FuzzTimeout(BaseException):
    """Nothing that catches exceptions may catch this one."""


class StoredNoNumberError(Exception):
    """NaN or infinity got into a table."""


class UnprovenError(Exception):
    """The proof of the billing cycle finds a difference."""


class FuzzCommon(FuzzWorld):
    """Every public method, called with bad values by every role.

    Each call is taken back. None may end in an error that is no refusal, but where Odoo
    itself answers with one: measured by the same call of a field and model of its own.
    """

    stock_models = STOCK_MODELS

    # --------------------------------------------------------------------- run

    def _fuzz(self, calls, seed):
        """
        :return: :class:`Result`
        """
        outcomes, by_role, methods, findings = Counter(), Counter(), set(), []
        # More often those that may do more.
        roles = [
            *self.users,
            *("billing", "project manager", "timesheet admin", "sales manager"),
            *[EVERYTHING] * 5,
        ]
        # Odoo logs what it refuses, at each level.
        loggers = ("odoo.sql_db", "odoo.models", "odoo.orm", "odoo", "odoo.domains")
        with mute_logger(*loggers), warnings.catch_warnings():
            # Of read_group, which clients may still call.
            warnings.simplefilter("ignore", DeprecationWarning)
            for number in range(calls):
                rng = draw(f"{seed} {number}")
                role = roles[number % len(roles)]
                method, outcome, finding = self._fuzz_once(rng, role)
                methods.add(method)
                outcomes[outcome] += 1
                by_role[role, outcome] += 1
                if finding:
                    findings.append(finding)
        return Result(outcomes, by_role, methods, findings)

    def _fuzz_once(self, rng, role):
        user = self.users[role]
        own = rng.random() < 0.4
        if own:
            model, method = rng.choice(self.own_methods)
            field = None
        else:
            model, field = rng.choice(self.standard)
            method = rng.choice(STANDARD)
        target = self._get_target(model, field, user)
        seed = rng.random()
        call = self._build(seed, target, method, own)
        outcome, error = self._try(user, *call, check=self._check_stored)
        finding = None
        if outcome == "error":
            finding = self._find(error, call)
            if self._is_odoo(seed, target, method, own, call, finding):
                outcome, finding = "odoo", None
        return f"{model}.{method}", outcome, finding

    def _build(self, seed, target, method, own):
        """(model, method, ids, arguments, context), drawn alike for any target"""
        ids = choose_ids(draw(f"{seed} ids"), target.ids)
        context = choose_context(draw(f"{seed} context"), target)
        rng = draw(f"{seed} arguments")
        function = getattr(type(self.env[target.model]), method)
        if own:
            names = list(inspect.signature(function).parameters)[1:]
            arguments = build_own(rng, target, names)
        else:
            arguments = build_standard(rng, target, method)
        if getattr(function, "_api_model", False):
            ids = None
        return target.model, method, ids, arguments, context

    def _try(self, user, model, method, ids, arguments, context, check=None):
        """Call as a client does, and take it back.

        :param check: function of the method's name, called before that
        :return: the outcome, and the error
        """
        cr = self.env.cr
        savepoint = cr.savepoint()
        try:
            with time_limit(SECONDS):
                cr.execute(
                    "SELECT set_config('statement_timeout', %s, true)", [f"{SECONDS}s"]
                )
                Model = self.env(user=user.id, context={})[model]
                head = [] if ids is None else [ids]
                result = call_kw(
                    Model, method, [*head, *arguments], {"context": context}
                )
                cr.flush()
                json.dumps(result, default=json_default)
                if check:
                    check(method)
            return "done", None
        except REFUSALS:
            return "refused", None
        except (Exception, FuzzTimeout) as error:  # noqa: BLE001
            return "error", error
        finally:
            savepoint.close(rollback=True)

    def _find(self, error, call):
        model, method, ids, arguments, context = call
        frames = traceback.extract_tb(error.__traceback__)
        # What only hands on what Odoo called it with is not where it went wrong.
        own = [
            frame
            for frame in frames
            if "/invoicing_cycle/" in frame.filename
            and "super(" not in (frame.line or "")
        ]
        place = "Odoo's ORM" if is_common(frames[-1]) else "Odoo"
        if own:
            path = own[-1].filename.rpartition("/invoicing_cycle/")[2]
            place = f"{path}:{own[-1].lineno} {own[-1].name}"
        name = type(error).__name__
        if isinstance(error, psycopg2.Error):
            name = f"psycopg2.{name}"
        message = " ".join(str(error).split())[:150]
        if not own:
            *_rest, folder, file = frames[-1].filename.split("/")
            message += f" ({folder}/{file} {frames[-1].name})"
        text = f"{ids}, {arguments}, {context}"
        return Finding(name, f"{model}.{method}", place, message, text[:400])

    # -------------------------------------------------------------------- Odoo

    def _is_odoo(self, seed, target, method, own, call, finding):
        """Whether Odoo answers the same call of its own with the same kind of error."""
        if finding.error in ("FuzzTimeout", "StoredNoNumberError", "UnprovenError"):
            return False
        _model, _method, ids, arguments, context = call
        user = self.users[EVERYTHING]
        if own:
            # What is no id, and what is no context, to Odoo.
            return finding.error in (
                self._answer(user, "sale.order", "read", ids or [], [["name"]], {}),
                self._answer(user, "sale.order", "search_read", None, [[]], context),
            )
        if finding.place == "Odoo's ORM" or any(
            finding.error == error and text in finding.message for error, text in ODOO
        ):
            return True
        twins = self._get_twins(target)
        answers = [
            self._answer(
                user, *self._build(seed, self._get_target(*twin, user), method, own)
            )
            for twin in twins
        ]
        if is_misshaped(method, arguments):
            # Which error, is of no interest.
            return any(answer not in ("done", "refused") for answer in answers)
        if twins and twins[0][0] == target.model and answers[0] == finding.error:
            return True
        return answers.count(finding.error) > answers.count("done")

    def _answer(self, user, *call):
        """How a call of Odoo's own ends; of errors, which it is."""
        outcome, error = self._try(user, *call)
        if outcome != "error":
            return outcome
        answer = self._find(error, call)
        return answer.error if answer.place in ("Odoo", "Odoo's ORM") else "ours"

    def _get_twins(self, target):
        """Fields of Odoo's own that are stored, searched and computed as this one.

        :return: list of (model, field), first one of the same model where it is Odoo's
        """
        own = self.env[target.model]
        nature = self._get_nature(own, target.field)
        key = own._name, nature
        if key not in self.twins:
            is_odoo = own._original_module != "invoicing_cycle"
            twins = {own._name: "id"} if is_odoo else {}
            for model in (own._name, *STOCK_MODELS) if is_odoo else STOCK_MODELS:
                for name, field in self.env[model]._fields.items():
                    if (
                        "invoicing_cycle" not in field._modules
                        and self._get_nature(self.env[model], name) == nature
                    ):
                        twins[model] = name
                        break
            self.twins[key] = list(twins.items())[:TWINS]
        return self.twins[key]

    @staticmethod
    def _get_nature(model, name):
        field = model._fields[name]
        searchable = field.store or field.search or field.related
        computed = bool(field.compute or field.related)
        digits = bool(getattr(field, "_digits", None))
        return field.type, bool(searchable), computed, digits

    # ------------------------------------------------------------------ checks

    def _check_stored(self, method):
        """What a call has changed is in order, as far as that can be told."""
        if method.startswith(READS):
            return
        self._check_numbers()
        type(self).done += 1
        if not self.done % PROVED:
            self._check_proof()

    def _check_numbers(self):
        if not hasattr(type(self), "number_query"):
            type(self).number_query = self._get_number_query()
        self.env.cr.execute(self.number_query)
        found = self.env.cr.fetchall()
        if found:
            raise StoredNoNumberError(found[0][0])

    def _get_number_query(self):
        queries = []
        for name in sorted({model for model, _field in self.standard}):
            model = self.env[name]
            columns = [
                SQL.identifier(field.name)
                for field in model._fields.values()
                if field.type in ("float", "monetary") and field.store
            ]
            if not columns or not model._auto:
                continue
            queries.append(
                SQL(
                    "SELECT %s FROM %s WHERE %s",
                    name,
                    SQL.identifier(model._table),
                    SQL(" OR ").join(
                        SQL("%s::text IN ('NaN', 'Infinity', '-Infinity')", column)
                        for column in columns
                    ),
                )
            )
        return SQL(" UNION ALL ").join(queries)

    def _check_proof(self):
        self.env.invalidate_all()
        proof = self.env["billing.proof"]._prove(self.projects)
        if proof.differences:
            raise UnprovenError(proof.differences[0].message)

    def _take_prints(self):
        """What nothing may change: entries, invoices, locks, all that is stored."""
        self.env.flush_all()
        prints = {}
        for name in sorted({model for model, _field in self.standard}):
            model = self.env[name]
            if not model._auto or model._transient:
                continue
            self.env.cr.execute(
                SQL(
                    "SELECT md5(string_agg(t::text, '' ORDER BY id)) FROM %s t",
                    SQL.identifier(model._table),
                )
            )
            prints[name] = self.env.cr.fetchone()[0]
        return prints


def draw(seed):
    return Random(seed)  # noqa: S311


def is_common(frame):
    """Whether it is where any field takes a value of another kind, or any domain."""
    if "/odoo/orm/domains" in frame.filename:
        return True
    return "/odoo/orm/fields" in frame.filename and (
        frame.name.startswith(("convert_to", "to_date", "to_datetime", "_convert"))
    )


@contextmanager
def time_limit(seconds):
    """Interrupts what takes longer, where signals are to be had."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_signal, _frame):
        raise FuzzTimeout(f"takes longer than {seconds} s")

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
