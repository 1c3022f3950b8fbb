/** What the URL tells of a section: the cycle, filters and groups by their names. */

// Of the actions of the sections, as `ir.actions.act_window` has them
export const SECTION_PATHS = {
    missing: "invoicing-cycle-missing",
    to_invoice: "invoicing-cycle",
    to_send: "invoicing-cycle-to-send",
    sent: "invoicing-cycle-sent",
};

/**
 * @param {Object} route the state of the router
 * @param {string} section
 * @returns {{cycle: string | false, filters: string[], groups: string[]} | null} null
 *     where the URL is of another action
 */
export function readUrl(route, section) {
    if (!section || route.action !== SECTION_PATHS[section]) {
        return null;
    }
    const split = (text) => (text ? String(text).split(",") : []);
    return {
        cycle: /^\d{4}-\d\d-\d\d$/.test(route.cycle) ? route.cycle : false,
        filters: split(route.filters),
        groups: split(route.groups),
    };
}

/**
 * @param {{cycle: string | false, filters: string[], groups: string[]}} search
 * @returns {Object} keys of the URL; what is undefined is left out of it
 */
export function formatUrl({cycle, filters, groups}) {
    return {
        cycle: cycle || undefined,
        filters: filters.join(",") || undefined,
        groups: groups.join(",") || undefined,
    };
}
