import {_t} from "@web/core/l10n/translation";
import {formatFloatTime} from "@web/views/fields/formatters";

/**
 * Pure reading of the `readiness` json of a billing period: totals, the one line that
 * the indicator shows, and the sections of its breakdown. No component, no service.
 */

const sum = (rows, key) => rows.reduce((total, row) => total + (row[key] || 0), 0);

/**
 * Exact to the minute, as time is entered: "12 h", "7:20 h".
 */
export function formatHours(hours) {
    const time = formatFloatTime(hours, {noLeadingZeroHour: true});
    return _t("%s h", time.replace(/:00$/, ""));
}

export function formatOpenDays(days) {
    return days === 1 ? _t("1 open day") : _t("%s open days", days);
}

function formatPeople(count) {
    return count === 1 ? _t("1 person not locked") : _t("%s people not locked", count);
}

/**
 * What is open, in the unit that tells most: days that nobody has locked, else hours
 * that were entered, else (somebody on leave, say) just the people.
 */
function openText(open, days, hours) {
    if (days) {
        return formatOpenDays(days);
    }
    return hours ? _t("%s open", formatHours(hours)) : formatPeople(open.length);
}

/**
 * @param {Object | false} readiness the json value of a billing period
 * @returns {Object} normalised lists, totals, `status` ("open" | "pending" | "ready" |
 *  "none"), `text` and the `segments` of the bar
 */
export function summarize(readiness) {
    const {
        open = [],
        pending = [],
        approved = [],
        freed = [],
        milestones = [],
        sold = [],
    } = readiness || {};
    const late = readiness?.late?.hours || 0;
    const held = {hours: 0, written_off: 0, ...readiness?.held};
    const aboveCap = readiness?.above_cap?.hours || 0;
    const retainer = readiness?.retainer?.text || "";
    const aboveRetainer = readiness?.retainer?.above || 0;
    const invoiced = readiness?.invoiced || 0;
    const expenses = {ready: 0, pending: 0, ...readiness?.expenses};
    const approval = Boolean(readiness?.approval);
    const hours = {
        open: sum(open, "hours"),
        pending: sum(pending, "hours"),
        approved: sum(approved, "hours"),
    };
    const openDays = sum(open, "open_days");
    const readyLabel = approval ? _t("Approved") : _t("Locked");

    const waiting = [];
    const segments = [];
    if (open.length) {
        const text = openText(open, openDays, hours.open);
        waiting.push(text);
        segments.push({key: "open", text, size: Math.max(hours.open, 0)});
    }
    if (pending.length) {
        const text = _t("%s pending", formatHours(hours.pending));
        waiting.push(text);
        segments.push({key: "pending", text, size: Math.max(hours.pending, 0)});
    }
    if (expenses.pending) {
        waiting.push(_t("expenses pending"));
    }
    if (approved.length) {
        const text = `${readyLabel} ${formatHours(hours.approved)}`;
        segments.push({key: "ready", text, size: Math.max(hours.approved, 0)});
    } else if (!segments.length && expenses.ready && !expenses.pending) {
        segments.push({key: "ready", text: _t("Expenses ready"), size: 1});
    } else if (!segments.length && milestones.length && !expenses.pending) {
        const text =
            milestones.length === 1
                ? _t("Milestone reached")
                : _t("Milestones reached");
        segments.push({key: "ready", text, size: 1});
    } else if (!segments.length && retainer && !expenses.pending) {
        segments.push({key: "ready", text: _t("Retainer"), size: 1});
    }
    let status = "none";
    if (open.length) {
        status = "open";
    } else if (waiting.length) {
        status = "pending";
        if (!segments.some((segment) => segment.key === "pending")) {
            segments.unshift({key: "pending", text: waiting[0], size: 0});
        }
    } else if (segments.length) {
        status = "ready";
    }
    const nothing = held.hours ? _t("%s held", formatHours(held.hours)) : _t("No time");
    const told = waiting.length ? waiting : segments.map((segment) => segment.text);
    if ((aboveCap || sold.length) && !waiting.length && approved.length) {
        // The icon tells that it is approved; there is room for one of the two
        told[0] = formatHours(hours.approved);
    }
    if (sold.length) {
        told.push(_t("more is due"));
    }
    if (aboveCap) {
        told.push(_t("%s above cap", formatHours(aboveCap)));
    }
    if (aboveRetainer) {
        told.push(_t("%s above", formatHours(aboveRetainer)));
    }
    if (late) {
        told.push(_t("%s late", formatHours(late)));
    }
    const text = told.join(" · ") || nothing;
    return {
        open,
        pending,
        approved,
        freed,
        milestones,
        sold,
        aboveCap,
        retainer,
        hasPeople: Boolean(
            open.length || pending.length || approved.length || freed.length
        ),
        hasExtra: Boolean(
            late ||
                aboveCap ||
                retainer ||
                milestones.length ||
                sold.length ||
                invoiced ||
                held.hours ||
                held.written_off ||
                expenses.ready ||
                expenses.pending
        ),
        late,
        held,
        invoiced,
        expenses,
        approval,
        hours,
        openDays,
        readyLabel,
        segments,
        status,
        text,
    };
}
