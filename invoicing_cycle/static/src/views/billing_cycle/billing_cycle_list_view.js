import {useState} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {ListController} from "@web/views/list/list_controller";
import {ListRenderer} from "@web/views/list/list_renderer";
import {listView} from "@web/views/list/list_view";
import {BillingCycleEmpty} from "../../components/billing_cycle_empty/billing_cycle_empty";
import {BillingCycleHeader} from "../../components/billing_cycle_header/billing_cycle_header";
import {useBillingCycle} from "./billing_cycle_hook";
import {BillingCycleSearchModel} from "./billing_cycle_search_model";
import {useKeptSelection} from "./kept_selection_hook";

export class BillingCycleListController extends ListController {
    static template = "invoicing_cycle.BillingCycleListView";
    static components = {...ListController.components, BillingCycleHeader};

    setup() {
        super.setup();
        this.billingCycle = useBillingCycle();
        if (this.billingCycle.section) {
            useKeptSelection(this.model, this.props.context.billing_ticked);
        }
    }

    async onRecordSaved(record) {
        await super.onRecordSaved(record);
        // A row that was mended in place changes the counts of the header
        this.billingCycle.reload();
    }
}

export class BillingCycleListRenderer extends ListRenderer {
    static template = "invoicing_cycle.BillingCycleListRenderer";
    static components = {...ListRenderer.components, BillingCycleEmpty};

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

export const billingCycleListView = {
    ...listView,
    Controller: BillingCycleListController,
    SearchModel: BillingCycleSearchModel,
    Renderer: BillingCycleListRenderer,
};

registry.category("views").add("billing_cycle_list", billingCycleListView);
