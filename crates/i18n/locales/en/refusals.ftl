# Why something was not done: what follows "Not done:" on pages, "error:" on the command line, and stands in "message"
# of the REST interface. Without a capital letter at the beginning and a full stop at the end.

refusal-each = { $all }
refusal-unavailable = the database cannot be reached at the moment; try again shortly
refusal-stopping = the server is shutting down; nothing was changed

# Reports.

refusal-no_report = there is no report #{ $id }
refusal-name_report = enter the report's number
refusal-name_other_report = enter the number of the other report
refusal-no_service = the directory has no service { $service }
refusal-service_number = a service is named by its number, such as 17 or main:17
refusal-of_report = report #{ $id }: { $why }
refusal-protected = report #{ $id }: service { $service } is protected; nothing was changed. Confirm that you want to suspend it anyway
refusal-not_suspended = report #{ $id } did not suspend its service, so there is no suspension to keep; close it without that option
refusal-changed_meanwhile = report #{ $id } was changed in the meantime; look at it again
refusal-key_used_for_another = this idempotency key was already used for a different request
refusal-service_moved = the service no longer belongs to this customer
refusal-not_theirs = there is no such report
refusal-reads_only = you can only view this report: staff signed in as the customer, and users without permission to manage products, cannot act here
refusal-bad_category = a category must have 1 to { $most } characters
refusal-bad_text = the text must have 1 to { $most } characters
refusal-too_many_answers = the customer has already replied { $most } times within an hour; wait before replying again
refusal-no_room_for_text = a report accepts up to { $most } of text from its customer
refusal-files_without_text = attachments can only be sent with a message or a note
refusal-too_many_reports = select at most { $most } reports at a time
refusal-extension = the length of time { $why }
refusal-bad_filter = these filters cannot be applied: { $names }

refusal-is_closed = the report is closed; reopen it first
refusal-not_closed = the report is not closed
refusal-is_queued = the report is still in the queue; assign it to a service first
refusal-not_queued = the report is not in the queue
refusal-no_deadline = the report has no deadline that could be changed
refusal-not_ahead = a deadline must be in the future, and within ten years
refusal-holds_already = the report holds its service already; release the hold before you set a deadline
refusal-nothing_to_adopt = there is no suspension from outside Portreeve to adopt: its own suspension stands, or an order is on its way
refusal-nothing_lifted = staff have not cancelled a deadline of this report, so there is none to restore
refusal-holds_nothing = this report has no hold on the service, so there is nothing to release
refusal-waits_for_approval = the suspension is waiting for approval; approve or refuse it
refusal-nothing_waits = no suspension of this report is waiting for approval
refusal-unsuspend_not_allowed = this report does not let the customer unsuspend the service
refusal-unsuspended_too_often = the customer has unsuspended the service as often as allowed; staff decide now
refusal-asked_already = the customer has already asked for more time; staff will decide
refusal-no_time = enter a length of time, for example 24h
refusal-not_that_long = enter a length of time of at most 30 days
refusal-offered_so = nothing to change: paying to unsuspend is already offered, or already off
refusal-other_service = the other report is about a different service, or has none yet
refusal-into_itself = a report cannot be merged into itself
refusal-other_is_closed = the other report is closed; reopen it first, or merge the other way round
refusal-not_merged = the report was not merged into another one
refusal-nothing_to_pay = there is nothing to pay for
refusal-paid_too_often = the customer has paid to unsuspend as often as allowed; staff decide now

# Files.

refusal-file = file { $name }: { $why }
refusal-file-off = attachments are not accepted here
refusal-file-too_many = a message can have at most { $most } files
refusal-file-too_large = a file can have at most { $most }
refusal-file-report_full = all files of a report can have at most { $most } together
refusal-file-type = files of this type are not accepted
refusal-file-contradicts = the contents do not match the file name
refusal-file-empty = the file is empty
refusal-file-broken = the upload was incomplete
refusal-file-busy = too many uploads at the moment; try again in a minute
refusal-file-no_room = the file cannot be stored at the moment; try again later
refusal-fetch-not_there = there is no such file
refusal-fetch-needs_answer = files of customers and from e-mails need the right `answer`
refusal-fetch-removed = the file was removed
refusal-fetch-being_checked = the file is being scanned; try again in a minute
refusal-fetch-infected = the scan found malware in the file; it is blocked
refusal-fetch-unscanned = the file could not be scanned; it is blocked until it is

# Mail.

refusal-mail-missing = there is no mail { $id }
refusal-mail-does_not_wait = mail { $id } has already been dealt with
refusal-mail-not_dismissed = mail { $id } was not dismissed
refusal-no_mail_address = "{ $address }" is not an e-mail address
refusal-own_address = { $address } is an address of the abuse desk itself: what it sends there comes back to it, and nobody is notified

# FraudRecord.

refusal-fraudrecord-off = FraudRecord is not configured
refusal-fraudrecord-nobody_known = the directory has no data on the customer of report #{ $id } that could be sent
refusal-fraudrecord-sent_before = report #{ $id } has already led to a FraudRecord report, or may have

# Staff, roles, credentials, tokens, views, quick replies.

refusal-sign_in-wrong = the name or the password is wrong
refusal-sign_in-wrong_code = the code is wrong or has already been used
refusal-second_factor_forced = everybody here needs a second factor, so it cannot be removed
refusal-taken = "{ $name }" already exists
refusal-taken-staff_member = there is already a staff member "{ $name }"
refusal-taken-role = there is already a role "{ $name }"
refusal-taken-credential = there is already a credential with this identifier
refusal-missing-staff_member = there is no staff member "{ $name }", or the account is disabled
refusal-missing-reporter = there is no reporter { $id }
refusal-missing-role = there is no role "{ $name }"
refusal-missing-own_role = there is no role "{ $name }" that can be changed; built-in roles stay as they are
refusal-missing-right = there is no right "{ $name }"
refusal-missing-credential = there is no active credential { $name }
refusal-missing-scope = there is no scope "{ $name }"
refusal-missing-token = there is no active token { $name }
refusal-missing-view = there is no view { $name }
refusal-missing-quick_reply = there is no quick reply { $name }
refusal-hash = the password could not be stored
refusal-bad_name = a name must have 1 to { $most } letters, digits, dots, hyphens or underscores
refusal-short_password = a password must have at least { $least } characters
refusal-last_admin = { $name } is the last one with the right to set up the abuse desk
refusal-role_stays = the role "{ $name }" is in use, is built in, or does not exist
refusal-bad_identifier = an identifier must have 1 to { $most } printable ASCII characters without spaces
refusal-no_prefix = "{ $text }" is not an IP address or a network such as 192.0.2.0/24
refusal-too_many_prefixes = at most { $most } networks can be listed
refusal-token_needs_scope = a token needs at least one scope
refusal-view_needs_name = a view needs a name
refusal-quick_reply_needs = a quick reply needs a name and a text

# Settings.

refusal-no_setting = there is no setting "{ $key }"
refusal-bad_setting = { $key }: { $why }
refusal-setting_changed_meanwhile = the setting was changed in the meantime; look at it again
refusal-at_least_length = must be at least { $least }
refusal-at_most_length = must be at most { $most }
refusal-at_most_size = must be more than 0 and at most { $most }
refusal-at_most_number = must be at most { $most }
refusal-one_of = must be one of: { $words }
refusal-no_number = must be a whole number from 0 to { $most }
refusal-no_length = must be a duration such as 90s, 1440m, 24h or 2d (at most 3660d)
refusal-no_size = must be a size such as 10MiB, 512KiB or 1048576
refusal-no_reason = must be one line of at most { $most } characters, with no other placeholder than { $place }
refusal-no_amount = must be an amount without currency, such as 25.00
refusal-no_service_id = must be a whole number from 1 to 9223372036854775807
refusal-no_currency = must be the three capital letters of a currency, such as EUR
refusal-no_time_zone = must be a time zone, such as Europe/Berlin
refusal-no_time_of_day = must be a time of day, such as 08:00 or 08:00 Europe/Berlin
refusal-no_json = must be JSON such as { $example }
refusal-bad_json = must be JSON such as { $example } ({ $said })
refusal-no_method = the suspension method must be nosuspend, immediate or timelimit
refusal-bad_extension = a file extension must have 1 to 10 lower-case letters and digits, without the dot
refusal-too_many_addresses = at most { $most } addresses can be listed

# Templates of notices.

refusal-bad_template = { $name }: { $said }
refusal-template_changed_meanwhile = the template was changed in the meantime
refusal-template_too_long = { $name } is longer than { $most }
