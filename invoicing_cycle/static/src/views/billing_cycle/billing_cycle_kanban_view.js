import {useState} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {KanbanController} from "@web/views/kanban/kanban_controller";
import {KanbanRenderer} from "@web/views/kanban/kanban_renderer";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {BillingCycleEmpty} from "../../components/billing_cycle_empty/billing_cycle_empty";
import {BillingCycleHeader} from "../../components/billing_cycle_header/billing_cycle_header";
import {useBillingCycle} from "./billing_cycle_hook";
import {BillingCycleSearchModel} from "./billing_cycle_search_model";

export class BillingCycleKanbanController extends KanbanController {
    static template = "invoicing_cycle.BillingCycleKanbanView";
    static components = {...KanbanController.components, BillingCycleHeader};

    setup() {
        super.setup();
        this.billingCycle = useBillingCycle();
    }
}

export class BillingCycleKanbanRenderer extends KanbanRenderer {
    static template = "invoicing_cycle.BillingCycleKanbanRenderer";
    static components = {...KanbanRenderer.components, BillingCycleEmpty};

    setup() {
        super.setup();
        this.billingCycle = useState(this.env.billingCycle);
    }

    get showNoContentHelper() {
        if (!this.billingCycle.overview) {
            return super.showNoContentHelper;
        }
        const {list} = this.props;
        return list.model.useSampleModel || !list.hasData;
    }
}

export const billingCycleKanbanView = {
    ...kanbanView,
    Controller: BillingCycleKanbanController,
    SearchModel: BillingCycleSearchModel,
    Renderer: BillingCycleKanbanRenderer,
};

registry.category("views").add("billing_cycle_kanban", billingCycleKanbanView);
