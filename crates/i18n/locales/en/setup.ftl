# Pages by which the desk is set up.

setup-staff_management = Staff Management
setup-desk = Desk
setup-outside = Outside
setup-staff = Manage Staff
setup-staff-text = Who may sign in, with which role
setup-roles = Roles and Rights
setup-roles-text = Named rights of staff
setup-credentials = Manage API Credentials
setup-credentials-text = API IDs with which scripts create reports
setup-audit = Audit Log
setup-audit-text = Who changed what in the setup
setup-settings = Settings
setup-settings-text = Deadlines, limits, guards, the drop-in API
setup-categories = Categories
setup-categories-text = Kinds of abuse and how each is handled
setup-replies = Quick Replies
setup-replies-text = Prepared replies
setup-notices = Notices
setup-notices-text = The e-mails that customers get
setup-connections = Connections
setup-connections-text = Directories, panels, mail, webhooks, jobs

staff-email = Mail
staff-role = Role
staff-since = since
staff-disabled = disabled
staff-no_password = no password: cannot sign in
staff-second_factor = second factor
staff-new_password = New password
staff-set_password = Set
staff-remove_second_factor = Remove a lost second factor
staff-disable = Disable
staff-disable-text = Sessions, credentials and tokens end at once.
staff-enable = Enable
staff-add = Add a member of staff
staff-add-button = Add
staff-first_password = First password (at least 12 characters)

roles-name = Name
roles-rights = Rights
roles-built_in = built in
roles-add = Add a role
roles-add-button = Add

credentials-tab = API Credentials
credentials-roles_tab = API Roles
credentials-roles-text = For the drop-in API (creating reports) create a role and tick none of the actions: whoever knows the API ID can then create reports and do nothing else.
credentials-roles-create = Create API Role
credentials-roles-actions = Actions
credentials-roles-none = None ticked is the right choice for the drop-in API.
credentials-no_actions = no actions
credentials-generate = Generate New API Credential
credentials-generate-button = Generate
credentials-staff = Admin user
credentials-role = API role
credentials-description = Description
credentials-allow = Allowed addresses
credentials-allow-text = Addresses and prefixes; empty: from anywhere.
credentials-anywhere = from anywhere
credentials-ref = Ref
credentials-used = Last used
credentials-never = never
credentials-calls = Calls
credentials-calls_n =
    { $n ->
        [one] { $n } call
       *[other] { $n } calls
    }
credentials-errors_n =
    { $n ->
        [one] { $n } error
       *[other] { $n } errors
    }
credentials-revoke = Revoke
credentials-revoke-sure = Scripts with this API ID are refused from now on. It cannot be undone.
credentials-revoke-yes = Yes, revoke
credentials-revoked = revoked
credentials-none = There are no API credentials yet.

credential-title = New API credential
credential-once = Copy the identifier now: it is not stored and cannot be shown again.
credential-identifier = Identifier (API ID)
credential-done = Done

settings-text = Changes take effect on all nodes within a second, without a restart.
settings-default = Default:
settings-none = none

categories-text = What staff can choose from and how each category is handled. Scripts may send any other category.
categories-severity = Severity
categories-method = Suggested suspension
categories-no_method = no suggestion
categories-period = Time limit of its own, such as 4h
categories-customer_text = Text for customers about this kind of abuse
categories-not_offered = not offered
categories-remove = Remove from the list
categories-add = Add a category

replies-text = Texts for answers, with placeholders:
replies-category = For the category
replies-language = For customers who read
replies-all = all
replies-body = Text
replies-none = There are no quick replies yet.
replies-add = Add a quick reply

notices-text = The e-mails that customers get, with a sample of each. Texts edited here take precedence over files in the templates folder of the data folder, and those over the built-in texts.
notices-language = Language
notices-show = Show
notices-from-ours = built in
notices-from-file = from a file
notices-from-desk = edited here
notices-faults = These templates cannot be used; the built-in ones are sent instead:
notices-write = Edit
notices-write-text = Names in double braces are replaced. Available names:
notices-write-digest = Each of the reports has:
notices-saved = Saved. It takes effect on all nodes within a second.
notices-conflict = Someone else changed this after you opened it. Your text is still in the form, theirs is below. If you save now, yours replaces theirs.
notices-refused = Not saved, because the template has an error:
notices-not_yet = The template has an error and could not be saved:
notices-now = Currently saved
notices-preview = Preview
notices-preview-text = As text
notices-preview-html = As HTML
notices-back = Revert
notices-back-text = These edited texts are removed, and the ones below take effect again:
notices-back-goes = Removed
notices-back-comes = Takes effect
notices-back-button = Remove edited texts
notices-back-none = Nothing was edited here.
notices-back-conflict = Someone else changed this after you opened it. Please look again.

connections-text = Connections are configured in the configuration file. Tests change nothing.
connections-directories = Directories
connections-every = read every { $every }
connections-synced = last full sync
connections-filled = Filled by
connections-test = Test
connections-panels = Panels
connections-all_directories = all directories
connections-look_at = Check a service
connections-look = Check
connections-no_panels = No panel is connected: suspensions are done manually.
connections-no_mail = Notices are recorded as not sent.
connections-incoming = Incoming mail
connections-reading_behind = not read in time
connections-put_off = Deadlines are postponed until this mail has been processed.
connections-unread = { $count } unread, the oldest received
connections-all_read = All mail has been processed.
connections-webhooks = Webhooks
connections-no_webhooks = No webhooks are configured.
connections-deliveries = { $waiting } waiting, { $delivered } delivered, { $dead } failed
connections-jobs = Failed jobs
connections-no_jobs = No failed jobs.
connections-retry = Try again
connections-result = Test of
connections-good = OK
connections-bad = failed

audit-text = Changes to the setup, and who signed in. What happens to a report is in its history.
audit-at = When
audit-who = Who
audit-what = What
audit-detail = Detail
audit-none = Nothing was changed yet.
audit-signed_in = signed in
audit-panel_sign_on = signed in from a panel
audit-sign_in_refused = sign-in refused
audit-code_refused = code refused
audit-password_refused = password refused
audit-second_factor_set = second factor set up
audit-second_factor_removed = second factor removed
audit-password_changed = password changed
audit-staff_added = member of staff added
audit-staff_changed = member of staff changed
audit-panel_account_linked = panel account linked
audit-panel_account_unlinked = panel account unlinked
audit-staff_disabled = member of staff disabled
audit-staff_enabled = member of staff enabled
audit-role_added = role added
audit-role_changed = role changed
audit-role_deleted = role deleted
audit-credential_added = API credential generated
audit-credential_limited = API credential limited to addresses
audit-credential_revoked = API credential revoked
audit-token_added = API token created
audit-token_revoked = API token revoked
audit-job_retried = failed job tried again
audit-delivery_replayed = webhook delivery sent again
audit-mail_dismissed = mail dismissed
audit-mail_restored = dismissed mail restored
audit-setting_changed = setting changed
audit-quick_reply_changed = quick reply changed
audit-quick_reply_deleted = quick reply deleted
audit-taken_back = actions undone
audit-exported = reports exported
audit-paused = desk paused
audit-resumed = desk resumed
audit-template_changed = template of a notice changed
audit-template_taken_back = template of a notice reverted
audit-staff_told = e-mail notifications of a staff member changed
connections-late = no answer in time
