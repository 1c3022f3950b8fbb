import {registry} from "@web/core/registry";

/**
 * Remembers what was last known of each cycle, so that going from one section of the
 * screen to another shows the header at once, while it is read anew.
 */
export const billingCycleService = {
    start() {
        const overviews = new Map();
        return {
            /**
             * @param {string | false} cycleDate first day of a cycle, false for today's
             */
            getLast(cycleDate) {
                return overviews.get(cycleDate || false) || null;
            },
            remember(overview) {
                overviews.set(overview.date_from, overview);
                if (overview.is_current) {
                    overviews.set(false, overview);
                }
            },
        };
    },
};

registry.category("services").add("billing_cycle", billingCycleService);
