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
setup-audit-text = Who changed what of the desk
setup-settings = Settings
setup-settings-text = Deadlines, limits, brakes, the drop-in API
setup-categories = Categories
setup-categories-text = Kinds of abuse and how each is treated
setup-replies = Quick Replies
setup-replies-text = Texts that are ready to be sent
setup-notices = Notices
setup-notices-text = The mails that customers get
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

settings-text = Changes count on every node within a second, without a restart.
settings-default = Default:
settings-none = none

categories-text = What staff are offered and how each kind is treated. Scripts may send any other category.
categories-severity = Severity
categories-method = Suspension that staff are offered first
categories-no_method = no suggestion
categories-period = Time limit of its own, such as 4h
categories-customer_text = What customers are told about this kind of abuse
categories-not_offered = not offered
categories-remove = Take it out of the list
categories-add = Add a category

replies-text = Texts for answers, with placeholders:
replies-category = For the category
replies-language = For customers who read
replies-all = all
replies-body = Text
replies-none = There are no quick replies yet.
replies-add = Add a quick reply

notices-text = The mails that customers get, with a sample of each. What is written here counts before files in the folder templates of the data folder, and these before ours.
notices-language = Language
notices-show = Show
notices-from-ours = ours
notices-from-file = from a file
notices-from-desk = the desk's own
notices-faults = These templates cannot be used; ours go out in their place:
notices-write = Write the text
notices-write-text = Names in double braces are filled in. Names that may be used:
notices-write-digest = Each of the reports has:
notices-saved = Stored. It counts on every node within a second.
notices-conflict = Somebody else changed this since you opened it. Yours is in the form still, theirs stands below it. If you save now, yours takes the place of theirs.
notices-refused = Nothing was stored, because this would not do:
notices-not_yet = This would not do, and would not be stored:
notices-now = What is stored now
notices-preview = Preview
notices-preview-text = As text
notices-preview-html = As HTML
notices-back = Back to what was before
notices-back-text = These texts of the desk's own go, and what they stand in the place of counts again:
notices-back-goes = What goes
notices-back-comes = What counts then
notices-back-button = Take them away
notices-back-none = The desk has no text of its own here.
notices-back-conflict = Somebody else changed this since you opened it. Look once more.

connections-text = What is connected is set in the configuration file. Tests change nothing.
connections-directories = Directories
connections-every = read every { $every }
connections-synced = last whole
connections-filled = Filled by
connections-test = Test
connections-panels = Panels
connections-all_directories = all directories
connections-look_at = Look at the service
connections-look = Look
connections-no_panels = No panel is connected: suspensions are done by hand.
connections-no_mail = Notices are written down as not sent.
connections-incoming = Incoming mail
connections-reading_behind = not read in time
connections-put_off = Deadlines are put off until this mail has been read.
connections-unread = { $count } unread, the oldest received
connections-all_read = All of it has been read.
connections-webhooks = Webhooks
connections-no_webhooks = No webhook is set up.
connections-deliveries = { $waiting } waiting, { $delivered } delivered, { $dead } given up
connections-jobs = Jobs that were given up
connections-no_jobs = No job was given up.
connections-retry = Try again
connections-result = Test of
connections-good = good
connections-bad = bad

audit-text = What was changed of the desk itself, and who signed in. What happens to reports stands in their histories.
audit-at = When
audit-who = Who
audit-what = What
audit-detail = Detail
audit-none = Nothing was changed yet.
audit-signed_in = signed in
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
audit-taken_back = acts taken back
audit-exported = reports exported
audit-paused = desk paused
audit-resumed = desk resumed
audit-template_changed = template of a notice changed
audit-template_taken_back = template of a notice taken away
audit-staff_told = mails to a member of staff changed
connections-late = no answer in time
