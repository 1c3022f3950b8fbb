import {deserializeDate, formatDate} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";

/** How far somebody has locked: the one place in JavaScript that says so. */

export const neverLocked = () => _t("Never locked");

/**
 * @param {string | false | null} isoDate the day up to which somebody has locked
 */
export function formatLockedUntil(isoDate) {
    return isoDate
        ? _t("Locked until %s", formatDate(deserializeDate(isoDate)))
        : neverLocked();
}
