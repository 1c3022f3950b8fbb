"""What people hear of: on open screens that something has changed, of their own act
what it did."""

#: Where a transaction remembers that it has told.
TOLD = "invoicing_cycle.told"


def tell_screens(env):
    """Have the open screens read anew, once this transaction is stored.

    Once in a transaction, and without what has changed: whoever hears it asks with
    their own rights.
    """
    data = env.cr.precommit.data
    if data.get(TOLD):
        return
    data[TOLD] = True
    # sudo: the word goes to all who may see the screen, whoever has changed something
    group = env.ref("invoicing_cycle.group_invoicing_cycle_user").sudo()
    group._bus_send("billing.cycle", {})


def tell_done(message, undo=None):
    """Tell the user in one sentence what was done, and offer the way back.

    :param str message: translated
    :param undo: (records, name of a public method, more arguments), none where it
        cannot be undone
    :return: client action, for a button to return; the rows under it are read anew
    """
    params = {"message": message}
    if undo:
        records, method, *args = undo
        params["undo"] = {
            "model": records._name,
            "method": method,
            "args": [records.ids, *args],
        }
    return {"type": "ir.actions.client", "tag": "billing_done", "params": params}
