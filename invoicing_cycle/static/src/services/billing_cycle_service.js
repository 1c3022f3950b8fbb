import {registry} from "@web/core/registry";

/**
 * Remembers what was last known of each cycle, so that going from one section of the
 * screen to another shows the header at once, while it is read anew; and how each section
 * was searched, so that coming back to it finds the same rows.
 */
export const billingCycleService = {
    start() {
        const overviews = new Map();
        const searches = new Map();
        const written = new Map();
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
            /**
             * @param {string} section
             * @returns {Object | undefined} state of its search model
             */
            getSearch(section) {
                return searches.get(section);
            },
            rememberSearch(section, state) {
                searches.set(section, state);
            },
            /**
             * @param {string} section
             * @param {Object} keys that the screen put into the URL
             */
            setWritten(section, keys) {
                written.set(section, JSON.stringify(keys));
            },
            isWritten(section, keys) {
                return written.get(section) === JSON.stringify(keys);
            },
        };
    },
};

registry.category("services").add("billing_cycle", billingCycleService);
