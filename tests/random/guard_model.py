from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta

#: The end of the current cycle: what is invoiced later is upcoming.
CYCLE_END = date(2026, 3, 31)

PASSING = ("administrator", "odoobot")
APPROVING = ("manager", "administrator")


@dataclass(eq=False)
class Entry:
    """A time entry as the rules see it."""

    person: str
    day: date
    hours: float
    approved: bool = False
    sent_back: bool = False
    invoice: "Invoice" = None


@dataclass(eq=False)
class Invoice:
    month: int
    quantity: float
    state: str = "draft"

    def is_alive(self):
        return self.state in ("draft", "posted")


@dataclass
class GuardModel:
    """Locks, approvals and invoices of one monthly project, in plain Python.

    The rules are written down once more here, as short as they are in words; see
    ``test_guard_random.py`` for what is compared.
    """

    entries: list = field(default_factory=list)
    invoices: list = field(default_factory=list)
    locks: dict = field(default_factory=dict)
    log: list = field(default_factory=list)

    # ----------------------------------------------------------------- entries

    def is_locked(self, person, day):
        return bool(self.locks.get(person)) and day <= self.locks[person]

    def get_state(self, entry):
        if entry.invoice:
            return "approved"
        if entry.sent_back or not self.is_locked(entry.person, entry.day):
            return "open"
        return "approved" if entry.approved else "pending"

    def may_see(self, role, person):
        return role not in ("consultant", "colleague") or role == person

    def may_change(self, role, entry, day=None):
        """Whether a role may change an entry, and move it to a day."""
        if not self.may_see(role, entry.person):
            return False
        if entry.invoice:
            if entry.invoice.state != "draft":
                return False
            if role not in PASSING:
                return False
        if role in PASSING or (entry.sent_back and role == entry.person):
            return True
        days = (entry.day, day or entry.day)
        return not any(self.is_locked(entry.person, day) for day in days)

    def may_add(self, role, person, day):
        if not self.may_see(role, person):
            return False
        return role in PASSING or not self.is_locked(person, day)

    def change(self, entry, hours=None, day=None):
        if entry.approved and (
            hours not in (None, entry.hours) or day not in (None, entry.day)
        ):
            entry.approved = False
            self.log.append("changed")
        entry.hours = hours or entry.hours
        entry.day = day or entry.day

    # ------------------------------------------------------------------- locks

    def may_lock(self, role, person, until):
        if role not in ("manager", "administrator", "odoobot", person):
            return False
        moves = not self.is_locked(person, until)
        return moves or bool(self.get_sent_back(person, until))

    def get_sent_back(self, person, until):
        return [
            entry
            for entry in self.entries
            if entry.person == person and entry.sent_back and entry.day <= until
        ]

    def lock(self, person, until):
        for entry in self.get_sent_back(person, until):
            self.resubmit(entry)
        if not self.is_locked(person, until):
            self.locks[person] = until

    def may_unlock(self, role, person, until):
        locked = self.locks.get(person)
        return role in PASSING and bool(locked) and (not until or locked > until)

    def resubmit(self, entry):
        entry.sent_back = False
        self.log.append("resubmitted")

    # ---------------------------------------------------------------- approvals

    def may_approve(self, role, entry):
        return role in APPROVING and self.get_state(entry) == "pending"

    def approve(self, entry):
        entry.approved = True
        self.log.append("approved")

    def may_send_back(self, role, entry):
        return (
            role in APPROVING
            and not entry.invoice
            and self.get_state(entry) in ("pending", "approved")
        )

    def send_back(self, entry):
        entry.approved, entry.sent_back = False, True
        self.log.append("sent_back")

    def may_withdraw(self, role, entry):
        return self.may_send_back(role, entry) and entry.approved

    def withdraw(self, entry):
        entry.approved = False
        self.log.append("withdrawn")

    # ------------------------------------------------------------------ periods

    def get_invoice(self, month):
        for invoice in self.invoices:
            if invoice.month == month and invoice.is_alive():
                return invoice
        return None

    def get_month(self, entry):
        """The month whose period the entry waits in."""
        month = entry.day.month
        while self.get_invoice(month):
            month += 1
        return month

    def get_waiting(self, month):
        return [
            entry
            for entry in self.entries
            if not entry.invoice and self.get_month(entry) == month
        ]

    def get_required(self, month):
        return {
            entry.person
            for entry in self.entries
            if entry.day.month in (month - 1, month)
        }

    def get_period_state(self, month):
        invoice = self.get_invoice(month)
        if invoice:
            return "to_send"
        end = date(2026, month, monthrange(2026, month)[1])
        if end > CYCLE_END:
            return "upcoming"
        last_work_day = end
        while last_work_day.weekday() > 4:
            last_work_day -= timedelta(days=1)
        waiting = self.get_waiting(month)
        if any(
            not self.is_locked(person, last_work_day)
            for person in self.get_required(month)
        ) or any(self.get_state(entry) != "approved" for entry in waiting):
            return "pending"
        return "ready" if waiting else "empty"

    def may_invoice(self, month, is_override):
        state = self.get_period_state(month)
        if state == "pending" and is_override:
            return bool(self.get_waiting(month))
        return state == "ready"

    def get_quantity(self, month):
        """What an invoice would bill: all hours so far less all that was made.

        An administrator may have changed or deleted time on a draft, and a deleted
        invoice may have made up for that.
        """
        billed = [entry for entry in self.entries if entry.invoice]
        hours = sum(entry.hours for entry in billed + self.get_waiting(month))
        return hours - sum(inv.quantity for inv in self.invoices if inv.is_alive())

    def invoice(self, month):
        waiting = self.get_waiting(month)
        invoice = Invoice(month, self.get_quantity(month))
        self.invoices.append(invoice)
        for entry in waiting:
            entry.invoice = invoice
        return invoice

    def give_back(self, invoice, state):
        invoice.state = state
        for entry in self.entries:
            if entry.invoice is invoice:
                entry.invoice = None
