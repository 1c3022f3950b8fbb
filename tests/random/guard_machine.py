from collections import Counter
from datetime import date

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from odoo.exceptions import UserError
from odoo.fields import Command

from .guard_model import Entry, GuardModel

PERSONS = ("consultant", "colleague")
ROLES = (*PERSONS, "manager", "administrator", "odoobot")
MONTHS = (1, 2, 3)
DAYS = [date(2026, 1, 12), date(2026, 1, 31), date(2026, 2, 27), date(2026, 3, 5)]
ENDS = [date(2026, 1, 12), date(2026, 1, 31), date(2026, 2, 27), date(2026, 3, 31)]

persons = st.sampled_from(PERSONS)
roles = st.sampled_from(ROLES)
months = st.sampled_from(MONTHS)
days = st.sampled_from(DAYS)
ends = st.sampled_from(ENDS)
hours = st.sampled_from([0.5, 1.0, 2.25, 7.5])
numbers = st.integers(0, 997)


class GuardMachine(RuleBasedStateMachine):
    """Random people do random things with time; the database follows the model."""

    case = None

    def __init__(self):
        super().__init__()
        self.model = GuardModel()
        self.lines = {}
        self.moves = {}
        self.savepoint = self.case.env.cr.savepoint()

    def teardown(self):
        self.savepoint.rollback()
        self.case.env.invalidate_all()

    # ------------------------------------------------------------------ means

    def _attempt(self, is_allowed, function):
        """Do something that is allowed, or see it refused without a trace."""
        try:
            with self.case.env.cr.savepoint():
                result = function()
                self.case.env.flush_all()
        except UserError as error:
            self.case.env.invalidate_all()
            assert not is_allowed, f"refused: {error}"
            return None
        assert is_allowed, "not refused"
        return result or True

    def _as(self, role, records):
        return records.with_user(self.case.users[role])

    def _pick(self, number):
        return self.model.entries[number % len(self.model.entries)]

    def _line(self, role, entry):
        return self._as(role, self.lines[entry])

    def _has_entries(self):
        return bool(self.model.entries)

    def _has_sent_back(self):
        return any(entry.sent_back for entry in self.model.entries)

    def _has_draft(self):
        return any(invoice.state == "draft" for invoice in self.model.invoices)

    def _has_posted(self):
        return any(invoice.state == "posted" for invoice in self.model.invoices)

    def _add(self, role, person, day, amount):
        Line = self._as(role, self.case.env["account.analytic.line"])
        vals = {
            "name": "Work",
            "project_id": self.case.project.id,
            "employee_id": self.case.employees[person].id,
            "date": day,
            "unit_amount": amount,
        }
        is_allowed = self.model.may_add(role, person, day)
        line = self._attempt(is_allowed, lambda: Line.create(vals))
        if line:
            entry = Entry(person, day, amount)
            self.model.entries.append(entry)
            self.lines[entry] = line.sudo(False).with_env(self.case.env)

    def _lock(self, role, person, until, method):
        wizard = self._as(role, self.case.env["timesheet.lock"]).create(
            {
                "employee_ids": [Command.set(self.case.employees[person].ids)],
                "locked_until": until,
                "reason": "Random",
            }
        )
        return getattr(wizard, method)()

    # ------------------------------------------------------------------- time

    @initialize(
        chosen=st.lists(st.tuples(persons, days, hours), min_size=3, max_size=6)
    )
    def log_time(self, chosen):
        for person, day, amount in chosen:
            self._add("odoobot", person, day, amount)
        # As it mostly is: January is handed in, and some of it sent back.
        self.lock_both("manager", date(2026, 1, 31))
        for number in range(2):
            self.send_back("manager", number)

    @rule(role=roles, person=persons, day=days, amount=hours)
    def add(self, role, person, day, amount):
        if len(self.model.entries) < 12:
            self._add(role, person, day, amount)

    @precondition(_has_entries)
    @rule(role=roles, number=numbers)
    def edit(self, role, number):
        self._edit(role, self._pick(number))

    @precondition(_has_sent_back)
    @rule(role=roles, is_author=st.booleans(), number=numbers)
    def mend(self, role, is_author, number):
        found = [entry for entry in self.model.entries if entry.sent_back]
        entry = found[number % len(found)]
        self._edit(entry.person if is_author else role, entry)

    def _edit(self, role, entry):
        amount = entry.hours + 0.25
        if self._attempt(
            self.model.may_change(role, entry),
            lambda: self._line(role, entry).write({"unit_amount": amount}),
        ):
            self.model.change(entry, hours=amount)

    @precondition(_has_entries)
    @rule(role=roles, number=numbers, day=days)
    def move(self, role, number, day):
        entry = self._pick(number)
        if day != entry.day and self._attempt(
            self.model.may_change(role, entry, day),
            lambda: self._line(role, entry).write({"date": day}),
        ):
            self.model.change(entry, day=day)

    @precondition(_has_entries)
    @rule(role=roles, number=numbers)
    def delete(self, role, number):
        entry = self._pick(number)
        if self._attempt(
            self.model.may_change(role, entry),
            lambda: self._line(role, entry).unlink(),
        ):
            self.model.entries.remove(entry)
            del self.lines[entry]

    # ------------------------------------------------------------------ locks

    @rule(role=roles, person=persons, until=ends)
    def lock(self, role, person, until):
        if self._attempt(
            self.model.may_lock(role, person, until),
            lambda: self._lock(role, person, until, "action_lock"),
        ):
            self.model.lock(person, until)

    @rule(role=roles, until=ends)
    def lock_both(self, role, until):
        for person in PERSONS:
            self.lock(role, person, until)

    @rule(role=roles, person=persons, until=st.sampled_from([False, *ENDS]))
    def unlock(self, role, person, until):
        if self._attempt(
            self.model.may_unlock(role, person, until),
            lambda: self._lock(role, person, until, "action_unlock"),
        ):
            self.model.locks[person] = until

    # -------------------------------------------------------------- approvals

    @precondition(_has_entries)
    @rule(role=st.sampled_from(ROLES[:-1]), number=numbers)
    def approve(self, role, number):
        entry = self._pick(number)
        is_allowed = self.model.may_approve(role, entry)
        if self.model.get_state(entry) == "approved" and self.model.may_see(
            role, entry.person
        ):
            # Clicked twice: nothing to refuse, and nothing happens.
            self._attempt(True, lambda: self._line(role, entry).action_approve())
        elif self._attempt(
            is_allowed, lambda: self._line(role, entry).action_approve()
        ):
            self.model.approve(entry)

    @rule(role=st.sampled_from(["manager", "administrator"]))
    def approve_all(self, role):
        """As the button over a list does, with what is the role's."""
        lines = self._as(role, self.case.env["account.analytic.line"]).search(
            [("project_id", "=", self.case.project.id), ("is_to_approve", "=", True)]
        )
        waiting = [
            entry for entry in self.model.entries if self.model.may_approve(role, entry)
        ]
        assert set(lines.ids) == {self.lines[entry].id for entry in waiting}
        if waiting:
            self._attempt(True, lines.action_approve)
            for entry in waiting:
                self.model.approve(entry)

    @precondition(_has_entries)
    @rule(role=st.sampled_from(ROLES[:-1]), number=numbers)
    def send_back(self, role, number):
        entry = self._pick(number)
        if self._attempt(
            self.model.may_send_back(role, entry),
            lambda: self._line(role, entry).action_send_back("Random"),
        ):
            self.model.send_back(entry)

    @precondition(_has_entries)
    @rule(role=st.sampled_from(ROLES[:-1]), number=numbers)
    def withdraw(self, role, number):
        entry = self._pick(number)
        if self._attempt(
            self.model.may_withdraw(role, entry),
            lambda: self._line(role, entry).action_withdraw_approval("Random"),
        ):
            self.model.withdraw(entry)

    @precondition(_has_entries)
    @rule(role=st.sampled_from(ROLES[:-1]), number=numbers)
    def resubmit(self, role, number):
        entry = self._pick(number)
        if (
            self._attempt(
                self.model.may_see(role, entry.person),
                lambda: self._line(role, entry).action_resubmit(),
            )
            and entry.sent_back
        ):
            self.model.resubmit(entry)

    # --------------------------------------------------------------- invoices

    @rule(month=months, is_override=st.booleans())
    def invoice(self, month, is_override):
        is_allowed = self.model.may_invoice(month, is_override)
        if is_allowed and self.model.get_quantity(month) <= 0:
            return  # a credit note, after a confirmation: the ledger's matter
        period = self._as("accountant", self.case.periods[month])
        result = period._generate_invoices("Random" if is_override else "")
        # Whoever overrides where nobody has time is told so.
        assert not (result.failed and is_allowed), result.failed
        assert bool(result.made) == is_allowed, (result.made, result.skipped)
        if result.made:
            invoice = self.model.invoice(month)
            self.moves[invoice] = self.case.env["account.move"].browse(result.made)

    def _get_invoice(self, number, state):
        found = [inv for inv in self.model.invoices if inv.state == state]
        return found[number % len(found)]

    @precondition(_has_draft)
    @rule(number=numbers)
    def post(self, number):
        invoice = self._get_invoice(number, "draft")
        self._as("accountant", self.moves[invoice]).action_post()
        invoice.state = "posted"

    @precondition(_has_posted)
    @rule(number=numbers)
    def reset(self, number):
        invoice = self._get_invoice(number, "posted")
        self._as("accountant", self.moves[invoice]).button_draft()
        invoice.state = "draft"

    @precondition(_has_draft)
    @rule(number=numbers)
    def cancel(self, number):
        invoice = self._get_invoice(number, "draft")
        self._as("accountant", self.moves[invoice]).button_cancel()
        self.model.give_back(invoice, "cancel")

    @precondition(_has_draft)
    @rule(number=numbers)
    def discard(self, number):
        invoice = self._get_invoice(number, "draft")
        self.moves.pop(invoice).unlink()
        self.model.give_back(invoice, "deleted")

    @precondition(_has_posted)
    @rule(number=numbers)
    def credit(self, number):
        invoice = self._get_invoice(number, "posted")
        self.moves[invoice]._reverse_moves()._post()
        self.model.give_back(invoice, "credited")

    # ------------------------------------------------------------- invariants

    @invariant()
    def entries_follow(self):
        """No entry changed while it was closed."""
        self.case.env.flush_all()
        self.case.env.invalidate_all()
        expected = {}
        for entry in self.model.entries:
            move = entry.invoice and self.moves[entry.invoice]
            month = None if entry.invoice else self.model.get_month(entry)
            expected[self.lines[entry].id] = (
                self.case.employees[entry.person],
                entry.day,
                entry.hours,
                self.model.get_state(entry),
                entry.sent_back,
                entry.approved,
                move or self.case.env["account.move"],
                self.case.periods[month] if month else None,
            )
        found = {}
        for line in self.case.project.timesheet_ids:
            found[line.id] = (
                line.employee_id,
                line.date,
                line.unit_amount,
                line.approval_state,
                line.sent_back,
                bool(line.approved_on),
                line.invoice_line_id.move_id,
                None if line.invoice_line_id else line.billing_period_id,
            )
        assert found == expected, (found, expected)

    @invariant()
    def periods_follow(self):
        found = {month: period.state for month, period in self.case.periods.items()}
        expected = {month: self.model.get_period_state(month) for month in found}
        assert found == expected, (found, expected)

    @invariant()
    def locks_follow(self):
        for person, employee in self.case.employees.items():
            locked_until = self.model.locks.get(person, False)
            assert employee.timesheet_locked_until == locked_until

    @invariant()
    def log_follows(self):
        """Each decision is in the log, and nothing else is."""
        groups = self.case.env["timesheet.approval.log"]._read_group(
            [("project_id", "=", self.case.project.id)], ["event"], ["__count"]
        )
        assert dict(groups) == Counter(self.model.log), (groups, self.model.log)
