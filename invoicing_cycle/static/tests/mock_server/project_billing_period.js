import {fields, models} from "@web/../tests/web_test_helpers";
import {SECTION_PATHS} from "@invoicing_cycle/views/billing_cycle/billing_cycle_url";

export const READINESS_MIXED = {
    approval: true,
    open: [
        {
            employee_id: 1,
            name: "Ada Late",
            locked_until: "2026-10-31",
            open_days: 2,
            hours: 8,
        },
        {
            employee_id: 2,
            name: "Nora Never",
            locked_until: null,
            open_days: 1,
            hours: 0,
        },
    ],
    pending: [
        {
            employee_id: 3,
            name: "Pia Waiting",
            hours: 12,
            approvers: [{id: 7, name: "Max Manager"}],
        },
    ],
    approved: [{employee_id: 4, name: "Eva Done", hours: 20.5, automatic: false}],
    late: {hours: 2},
    expenses: {ready: 100, pending: 50},
};

export const READINESS_APPROVED = {
    approval: true,
    open: [],
    pending: [],
    approved: [{employee_id: 4, name: "Eva Done", hours: 40, automatic: true}],
    late: {hours: 0},
    expenses: {ready: 0, pending: 0},
};

export const READINESS_LOCKED = {...READINESS_APPROVED, approval: false};

/**
 * An answer of `get_cycle_action`.
 *
 * @param {string} section
 * @param {string | false} [cycleDate]
 */
export function makeAction(section, cycleDate = false) {
    return {
        type: "ir.actions.act_window",
        name: "Invoicing",
        path: SECTION_PATHS[section],
        res_model: "project.billing.period",
        views: [
            [false, "list"],
            [false, "kanban"],
            [false, "form"],
        ],
        domain: [["id", ">", 0]],
        help: "<p>Nothing</p>",
        context: {billing_cycle_section: section, billing_cycle_date: cycleDate},
    };
}

export class ProjectProject extends models.Model {
    _name = "project.project";

    name = fields.Char();

    _records = [
        {id: 1, name: "Harbour"},
        {id: 2, name: "Museum"},
        {id: 3, name: "Tramway"},
    ];
}

export class ProjectBillingPeriod extends models.Model {
    _name = "project.billing.period";

    /**
     * @param {string} section
     * @param {string | false} cycleDate
     */
    get_cycle_action(section, cycleDate = false) {
        return makeAction(section, cycleDate);
    }

    get_cycle_numbers() {
        const nothing = {count: 0, amounts: [], oldest: false, oldest_days: 0};
        return {ready: nothing, to_send: nothing, blocks_most: false};
    }

    project_id = fields.Many2one({relation: "project.project"});
    period_label = fields.Char();
    invoice_date = fields.Date();
    is_overdue = fields.Boolean();
    state = fields.Selection({
        selection: [
            ["pending", "Pending"],
            ["ready", "Ready for invoicing"],
        ],
    });
    generate_error = fields.Char();
    readiness = fields.Json();
    hours = fields.Float();
    amount_to_invoice = fields.Monetary({currency_field: "currency_id"});
    amount_is_about = fields.Boolean();
    currency_id = fields.Many2one({relation: "res.currency"});

    _records = [
        {
            id: 1,
            project_id: 1,
            period_label: "Oct 1 – 31, 2026",
            invoice_date: "2026-10-31",
            is_overdue: true,
            state: "pending",
            readiness: READINESS_MIXED,
            hours: 40.5,
            amount_to_invoice: 1234.5,
            amount_is_about: true,
        },
        {
            id: 2,
            project_id: 2,
            period_label: "Nov 1 – 30, 2026",
            invoice_date: "2026-11-30",
            state: "ready",
            readiness: READINESS_APPROVED,
            hours: 40,
            amount_to_invoice: 99,
        },
        {
            id: 3,
            project_id: 3,
            period_label: "Nov 1 – 30, 2026",
            invoice_date: "2026-11-30",
            state: "ready",
            generate_error: "The customer has no address.",
            readiness: READINESS_LOCKED,
            hours: 40,
        },
    ];

    _views = {
        list: /* xml */ `
            <list js_class="billing_cycle_list" create="0">
                <field name="project_id" widget="billing_project"/>
                <field name="is_overdue" column_invisible="1"/>
                <field name="invoice_date" widget="billing_due_date"/>
                <field name="generate_error" column_invisible="1"/>
                <field name="state" widget="billing_state"
                    decoration-success="state == 'ready'"/>
                <field name="readiness" widget="billing_readiness"/>
                <button name="action_generate_invoices" type="object"
                    string="Create invoice" invisible="state != 'ready'"/>
            </list>`,
        kanban: /* xml */ `
            <kanban js_class="billing_cycle_kanban" default_group_by="state">
                <templates>
                    <t t-name="card">
                        <field name="project_id"/>
                        <field name="readiness" widget="billing_readiness"/>
                    </t>
                </templates>
            </kanban>`,
        form: /* xml */ `
            <form>
                <field name="project_id"/>
                <field name="readiness" widget="billing_readiness"/>
            </form>`,
        search: /* xml */ `
            <search>
                <filter name="harbour" string="Harbour"
                    domain="[('project_id', '=', 1)]"/>
                <separator/>
                <filter name="pending" string="Pending"
                    domain="[('state', '=', 'pending')]"/>
                <filter name="ready" string="Ready for invoicing"
                    domain="[('state', '=', 'ready')]"/>
                <filter name="overdue" string="Overdue"
                    domain="[('is_overdue', '=', True)]"/>
            </search>`,
    };
}
