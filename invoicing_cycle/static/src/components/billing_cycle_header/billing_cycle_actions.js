import {markup, useEnv} from "@odoo/owl";
import {useService} from "@web/core/utils/hooks";

/**
 * The ways from one part of the screen to another. Every way replaces the current
 * action, so that the breadcrumb stays one level deep, and keeps the kind of view.
 */
export function useBillingCycleActions() {
    const env = useEnv();
    const orm = useService("orm");
    const action = useService("action");
    const store = useService("billing_cycle");

    /**
     * @param {string} section
     * @param {string | false} [cycleDate] ISO date of the cycle, false for the current
     * @param {string[]} [filters] names of the search filters to switch on
     */
    async function openSection(section, cycleDate = false, filters = []) {
        const {searchModel} = env;
        store.rememberSearch(searchModel.section, searchModel.exportState());
        const request = await orm.call("project.billing.period", "get_cycle_action", [
            section,
            cycleDate,
        ]);
        return openHere(request, filters, store.getSearch(section), cycleDate);
    }

    /**
     * @param {Object} request window action
     * @param {string[]} [filters] as above: without them, it is searched as the last time
     * @param {Object} [search] how that was
     * @param {string | false} [cycleDate]
     */
    function openHere(request, filters = [], search = null, cycleDate = false) {
        if (request.help) {
            request.help = markup(request.help);
        }
        const props = {};
        if (search && !filters.length) {
            const state = {...search, cycleDate};
            props.globalState = {searchModel: JSON.stringify(state)};
        }
        return action.doAction(request, {
            stackPosition: "replaceCurrentAction",
            viewType: env.config.viewType,
            additionalContext: Object.fromEntries(
                filters.map((name) => [`search_default_${name}`, 1])
            ),
            props,
        });
    }

    /**
     * Shows another cycle in the same section, searched in the same way.
     *
     * @param {string | false} cycleDate as above
     */
    function openCycle(cycleDate) {
        const {searchModel} = env;
        return searchModel.isFixed
            ? openSection(searchModel.section, cycleDate)
            : searchModel.openCycle(cycleDate);
    }

    /**
     * @param {Function} onClose called when the dialog is closed
     */
    function openFreeform(onClose) {
        return action.doAction("invoicing_cycle.account_move_freeform_action", {
            onClose,
        });
    }

    /**
     * What the Ready periods would bill, before anything is created.
     *
     * @param {Array} domain of the rows that the user sees
     */
    async function openPreview(domain) {
        const request = await orm.call(
            "project.billing.period",
            "action_preview_invoices",
            [[]],
            {domain}
        );
        return action.doAction(request);
    }

    /**
     * @param {number} runId
     */
    function openRun(runId) {
        return action.doAction({
            type: "ir.actions.act_window",
            res_model: "billing.run",
            res_id: runId,
            views: [[false, "form"]],
        });
    }

    function openDebts() {
        return action.doAction("invoicing_cycle.project_billing_debt_action");
    }

    /**
     * @param {string} kind of what is not part of the cycle: sold or unplaced
     */
    async function openOutside(kind) {
        const request = await orm.call("project.billing.period", "get_outside_action", [
            kind,
        ]);
        return action.doAction(request);
    }

    /**
     * @param {string} kind of what the autopilot tells: left, sent, confirmed, drafted
     * @param {string | false} [cycleDate] as above
     */
    async function openAutopilot(kind, cycleDate = false) {
        const request = await orm.call(
            "project.billing.period",
            "get_autopilot_action",
            [kind, cycleDate]
        );
        return openHere(request);
    }

    /**
     * @param {boolean} stopped
     */
    function switchAutopilot(stopped) {
        const method = stopped ? "action_stop_autopilot" : "action_resume_autopilot";
        return orm.call("project.billing.period", method, []);
    }

    return {
        openSection,
        openCycle,
        openAutopilot,
        switchAutopilot,
        openFreeform,
        openPreview,
        openRun,
        openDebts,
        openOutside,
    };
}
