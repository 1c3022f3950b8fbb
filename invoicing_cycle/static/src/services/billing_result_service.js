import {markup} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {htmlJoin} from "@web/core/utils/html";

// More reasons than this are counted, not listed: the rows themselves tell theirs
const MAX_REASONS = 8;

/**
 * Says what became of a run of "Create invoices", wherever it was started: the window
 * action that such a run returns carries `billing_result` in its context.
 */
export const billingResultService = {
    dependencies: ["action", "notification"],
    start(env, {action, notification}) {
        const told = new Set();

        function getTitle(made, left) {
            if (!made) {
                return _t("No invoice was created");
            }
            return made === 1
                ? _t("1 invoice created, %s left out", left)
                : _t("%(made)s invoices created, %(left)s left out", {made, left});
        }

        function tell({made = [], skipped = [], failed = []}) {
            const reasons = [...failed, ...skipped].map(([, reason]) => reason);
            if (reasons.length) {
                const rest = reasons.length - MAX_REASONS;
                const lines = reasons.slice(0, MAX_REASONS);
                if (rest > 0) {
                    lines.push(_t("… and %s more", rest));
                }
                const items = htmlJoin(lines.map((line) => markup`<li>${line}</li>`));
                notification.add(markup`<ul class="mb-0 ps-3">${items}</ul>`, {
                    title: getTitle(made.length, reasons.length),
                    type: failed.length ? "danger" : "warning",
                    sticky: true,
                });
            } else if (made.length > 1) {
                // A single draft opens by itself: it needs no word
                notification.add(_t("%s invoices created", made.length), {
                    type: "success",
                });
            }
        }

        env.bus.addEventListener("ACTION_MANAGER:UI-UPDATED", () => {
            const controller = action.currentController;
            const result = controller?.action.context?.billing_result;
            // Once per run: not again when somebody goes back to its list
            if (!result || told.has(controller.action.jsId)) {
                return;
            }
            told.add(controller.action.jsId);
            tell(result);
            if (!result.made?.length) {
                // Nothing to show: stay where the run was started
                controller.config.breadcrumbs.at(-2)?.onSelected();
            }
        });
    },
};

registry.category("services").add("billing_result", billingResultService);
