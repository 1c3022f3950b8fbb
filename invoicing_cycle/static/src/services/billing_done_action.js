import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

// Long enough to read it and to change one's mind
const UNDO_DELAY = 10000;

/**
 * Tells what a button did, with the way back where there is one: what a method of the
 * server returns.
 *
 * @param {Object} env
 * @param {{params: {message: string, undo: Object | undefined}}} action
 */
function tellDone(env, {params: {message, undo}}) {
    const {action, notification, orm} = env.services;
    const options = {type: "success"};
    if (undo) {
        options.autocloseDelay = UNDO_DELAY;
        options.buttons = [
            {
                name: _t("Undo"),
                primary: true,
                onClick: async () => {
                    close();
                    const result = await orm.call(undo.model, undo.method, undo.args);
                    notification.add(_t("Undone"), {type: "info"});
                    env.bus.trigger("BILLING:UNDONE");
                    if (result && typeof result === "object") {
                        await action.doAction(result);
                    }
                },
            },
        ];
    }
    const close = notification.add(message, options);
    return {type: "ir.actions.act_window_close"};
}

registry.category("actions").add("billing_done", tellDone);
