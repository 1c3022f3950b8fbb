import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {formatMonetary} from "@web/views/fields/formatters";
import {useBillingCycleActions} from "../billing_cycle_header/billing_cycle_actions";
import {formatHours} from "../billing_readiness/readiness";

const MAX_ORDERS = 3;

function formatOrders(orders) {
    const names = orders.slice(0, MAX_ORDERS).join(", ");
    return orders.length > MAX_ORDERS ? `${names}, …` : names;
}

/**
 * What an empty section says: that the cycle is clear and what is outside of it, or what
 * is left and where, or only that the search finds nothing.
 */
export class BillingCycleEmpty extends Component {
    static template = "invoicing_cycle.BillingCycleEmpty";
    static props = {cycle: Object};

    setup() {
        this.cycle = useState(this.props.cycle);
        this.actions = useBillingCycleActions();
    }

    get overview() {
        return this.cycle.overview;
    }

    get cycleDate() {
        return this.overview.is_current ? false : this.overview.date_from;
    }

    getSection(key) {
        return this.overview.sections.find((section) => section.key === key);
    }

    /** The section has rows, the search hides them. */
    get isFiltered() {
        return Boolean(this.getSection(this.cycle.section)?.count);
    }

    get isClear() {
        return this.overview.clear && this.cycle.section === "to_invoice";
    }

    get icon() {
        return this.cycle.section === "sent" ? "fa-paper-plane-o" : "fa-check";
    }

    get iconColor() {
        if (this.cycle.section === "sent") {
            return "bg-secondary-subtle text-secondary-emphasis";
        }
        return this.isClear
            ? "text-bg-success"
            : "bg-success-subtle text-success-emphasis";
    }

    get title() {
        const {label} = this.overview;
        if (this.isFiltered) {
            return _t("Nothing matches the search");
        }
        switch (this.cycle.section) {
            case "to_invoice":
                return this.isClear
                    ? _t("%s is clear", label)
                    : _t("Nothing left to be invoiced in %s", label);
            case "missing":
                return _t("No data is missing");
            case "to_send":
                return _t("No invoice is waiting to be sent");
            default:
                return _t("Nothing was sent in %s", label);
        }
    }

    get text() {
        if (this.isFiltered) {
            return "";
        }
        switch (this.cycle.section) {
            case "to_invoice":
                return this.isClear
                    ? _t("Every due invoice is created and sent.")
                    : _t("Every due invoice is created.");
            case "missing":
                return _t(
                    "Every billable project has a schedule and what its invoice needs."
                );
            case "to_send":
                return _t("Invoices come here when they are created.");
            default:
                return _t("Invoices come here when they are sent or marked as sent.");
        }
    }

    /** What is left to do in other sections before the cycle is clear. */
    get left() {
        if (this.isFiltered || this.isClear) {
            return [];
        }
        const next = {
            to_invoice: ["to_send"],
            missing: ["to_invoice"],
            to_send: ["to_invoice"],
        };
        return (next[this.cycle.section] || [])
            .map((key) => this.getSection(key))
            .filter((section) => section?.count);
    }

    /** What the cycle does not cover, so that "clear" is not taken for "all billed". */
    get outside() {
        if (this.isFiltered) {
            return [];
        }
        switch (this.cycle.section) {
            case "to_invoice":
                return [
                    ...this.outsideProjects,
                    ...this.outsideSold,
                    ...this.outsideExpenses,
                ];
            case "missing":
                // Rows are projects: what none of them takes can only be said here
                return this.outsideExpenses;
            default:
                return [];
        }
    }

    get outsideExpenses() {
        const {unmapped_expenses: count, unmapped_expense_orders: orders = []} =
            this.overview.outside;
        if (!count) {
            return [];
        }
        const values = {count, orders: formatOrders(orders)};
        return [
            {
                key: "expenses",
                text:
                    count === 1
                        ? _t(
                              "1 re-invoiced expense without a project (%(orders)s)",
                              values
                          )
                        : _t(
                              "%(count)s re-invoiced expenses without a project (%(orders)s)",
                              values
                          ),
            },
        ];
    }

    /** What is due of the orders and no period bills, such as a set-up fee. */
    get outsideSold() {
        const {
            sold = [],
            sold_orders: orders = [],
            can_open_orders,
        } = this.overview.outside;
        if (!orders.length) {
            return [];
        }
        const amounts = sold
            .map(({currency_id, amount}) =>
                formatMonetary(amount, {currencyId: currency_id})
            )
            .join(" + ");
        return [
            {
                key: "sold",
                action: can_open_orders && "sold",
                text: _t("%(amounts)s sold beside the schedules (%(orders)s)", {
                    amounts: amounts || formatMonetary(0),
                    orders: formatOrders(orders),
                }),
            },
        ];
    }

    get outsideProjects() {
        const {
            unscheduled_projects,
            unscheduled_hours,
            held_hours,
            unplaced_hours,
            can_open_time,
            skipped,
        } = this.overview.outside;
        const facts = [];
        if (unscheduled_projects) {
            const hours = formatHours(unscheduled_hours);
            facts.push({
                key: "unscheduled",
                section: "missing",
                text:
                    unscheduled_projects === 1
                        ? _t("1 project without a schedule (%s)", hours)
                        : _t("%(count)s projects without a schedule (%(hours)s)", {
                              count: unscheduled_projects,
                              hours,
                          }),
            });
        }
        if (held_hours) {
            facts.push({
                key: "held",
                text: _t("%s held back", formatHours(held_hours)),
            });
        }
        if (unplaced_hours) {
            facts.push({
                key: "unplaced",
                action: can_open_time && "unplaced",
                text: _t(
                    "%s dated outside of all periods",
                    formatHours(unplaced_hours)
                ),
            });
        }
        if (skipped) {
            facts.push({
                key: "skipped",
                text:
                    skipped === 1
                        ? _t("1 skipped period")
                        : _t("%s skipped periods", skipped),
            });
        }
        return facts;
    }

    openFact({section, action}) {
        return section ? this.openSection(section) : this.actions.openOutside(action);
    }

    openSection(section) {
        return this.actions.openSection(section, this.cycleDate);
    }

    clearSearch() {
        this.env.searchModel.clearQuery();
    }
}
