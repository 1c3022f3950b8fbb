"""Lists who can log in to a demo database; a script for Odoo's shell.

A demo user's password is the login; that it is so is tried, not taken for granted.
"""

users = env["res.users"].search([])  # noqa: F821  # given by Odoo's shell
for user in users.sorted(lambda user: (user.share, user.id)):
    user.env.cr.execute("SELECT password FROM res_users WHERE id = %s", [user.id])
    [hashed] = user.env.cr.fetchone()
    if hashed and user._crypt_context().verify(user.login, hashed):
        print(f"  {user.login} / {user.login}".ljust(32), user.name)  # noqa: T201
