import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {defineModels} from "@web/../tests/web_test_helpers";
import {
    ProjectBillingPeriod,
    ProjectProject,
} from "./mock_server/project_billing_period";

export {makeAction} from "./mock_server/project_billing_period";

export const invoicingCycleModels = {ProjectBillingPeriod, ProjectProject};

export function defineInvoicingCycleModels() {
    defineMailModels();
    defineModels(invoicingCycleModels);
}

/**
 * An answer of `get_cycle_overview`.
 *
 * @param {Object} [changes] values at the top level
 * @param {Object} [sections] values per section key
 */
export function makeOverview(changes = {}, sections = {}) {
    const section = (key, label, values) => ({key, label, ...values, ...sections[key]});
    return {
        date_from: "2026-11-01",
        date_to: "2026-11-30",
        label: "November 2026",
        is_current: true,
        previous: "2026-10-01",
        next: "2026-12-01",
        today: "2026-11-15",
        clear: false,
        can_freeform: true,
        outside: {
            unscheduled_projects: 0,
            unscheduled_hours: 0,
            held_hours: 0,
            skipped: 0,
            unmapped_expenses: 0,
            unmapped_expense_orders: [],
        },
        sections: [
            section("missing", "Missing data", {count: 2, hours: 12.5}),
            section("to_invoice", "Projects to be invoiced in November 2026", {
                count: 3,
                pending: 1,
                ready: 2,
                overdue: 1,
                amounts: [],
            }),
            section("to_send", "Invoices ready to be sent", {
                count: 4,
                draft: 1,
                confirmed: 3,
            }),
            section("sent", "Sent", {count: 0}),
        ],
        ...changes,
    };
}
