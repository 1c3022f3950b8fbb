import {onMounted} from "@odoo/owl";
import {KeepLast} from "@web/core/utils/concurrency";
import {registry} from "@web/core/registry";
import {FormController} from "@web/views/form/form_controller";
import {formView} from "@web/views/form/form_view";
import {useBillingRuns} from "./billing_run_hook";

/** A run that renews itself while it is worked on. */
export class BillingRunFormController extends FormController {
    setup() {
        super.setup();
        const keepLast = new KeepLast();
        // What is told while the run is read for the first time.
        let isToldEarly = false;
        useBillingRuns((progress) => {
            if (!this.model.root) {
                isToldEarly = true;
            } else if (progress.id === this.model.root.resId) {
                keepLast.add(this.model.load());
            }
        });
        onMounted(() => {
            if (isToldEarly) {
                keepLast.add(this.model.load());
            }
        });
    }
}

registry.category("views").add("billing_run_form", {
    ...formView,
    Controller: BillingRunFormController,
});
