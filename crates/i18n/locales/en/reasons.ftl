# Why something is so or did not happen. They follow a colon. Placeholders named $said have what others said, as it came.

rule-staff = staff decided
rule-immediate = the report suspends at once
rule-deadline = the deadline passed
rule-after_pause = checked again after a pause
rule-before_order = checked again before the order
rule-self_unsuspend = the customer unsuspended the service
rule-payment = the customer paid
rule-merge = reports merged
rule-unmerge = merge undone
rule-complaint = attributed to this service automatically

stop-paused = the desk is paused
stop-clock_suspect = the clock of this machine jumped; resume the desk once it is right
stop-stood_still = the deadline passed while the desk was down
stop-protected = the service is protected
stop-hourly_limit = the hourly limit of automatic suspensions is reached
stop-customer_changed = the service has changed customers since the report was opened
stop-not_told = no mail server accepted the notice to the customer
stop-customer_answered = the customer has answered and waits for staff
stop-mail_waits = a mail about the report awaits review
stop-service_missing = the directory no longer lists the service

mailwhy-no_token = names no source of abuse, and no reply to any of our notices
mailwhy-no_code = names the report and comes from the customer's address, but without the code of our notices
mailwhy-false_token = names a report, but not as our notices do
mailwhy-other_sender = not from the customer's e-mail address
mailwhy-other_customer = the service has another customer now, or is gone
mailwhy-closed = the report is closed
mailwhy-queued = the report waits for its service
mailwhy-too_many = too many answers to this report by e-mail within an hour
mailwhy-automatic = an automatic message, and not a reply to any of our notices
mailwhy-perhaps_automatic = about the report, but perhaps an automatic message
mailwhy-perhaps_absent = reads like an out-of-office reply
mailwhy-encrypted = encrypted: ask the customer to write unencrypted
mailwhy-empty = no text of the sender and no files
mailwhy-other_bounce = a bounce, but of no notice that was sent to this address
mailwhy-unreadable = could not be read: view the original message
mailwhy-not_taken = its report did not accept it
mailwhy-no_source = a complaint that names no address, domain or page as its source
mailwhy-not_ours = none of the sources it names is ours
mailwhy-nobody_then = the address is ours, but no service held it at that time
mailwhy-time_unsure = the time is not certain enough to say who held the address
mailwhy-moved = the address has since passed to another customer or service
mailwhy-several_holders = several services share the address, and nothing says which one is meant
mailwhy-too_old = older than what is placed automatically
mailwhy-by_setting = complaints wait for staff by a setting
mailwhy-observed = the desk only observes
mailwhy-muted = complaints from this reporter are muted
mailwhy-too_large = more allegations than are placed automatically
mailwhy-no_report = no report of abuse

queue-directory_unreachable = the directory could not be asked whether the service exists: { $said }
queue-directory_unreachable-silent = the directory could not be asked whether the service exists
queue-no_service = reopened without a service

undelivered-no_mail_server = outgoing mail is not set up
undelivered-service_missing = the directory no longer lists the service
undelivered-customer_changed = the service has another customer now
undelivered-no_address = the directory has no e-mail address for the customer
undelivered-own_address = the customer's e-mail address in the directory is one of the abuse desk itself
undelivered-refused = “{ $said }”
undelivered-refused-silent = the mail server refused it
undelivered-bounced = bounced from { $address }: “{ $said }”
undelivered-bounced-silent = bounced from { $address }

noeffect-customer_changed = the service has another customer now
noeffect-report_closed = the report is closed and was to keep the service suspended
noeffect-holds_nothing = the report no longer holds the service
noeffect-left_suspended = the service stays suspended for another reason
noeffect-service_gone = the service has ended
noeffect-ran_already = the service was already running

payissue-provider_missing = its payment provider { $provider } is no longer configured
payissue-perhaps_invoiced = there may be an invoice, and it cannot be checked
payissue-out_of_sight = it cannot be checked whether invoice { $reference } is paid: { $said }
payissue-unexpected = { $said }
payissue-unexpected-silent = the provider shows something else than was asked for

unscanned-cut = the file could not be read to the end
unscanned-failed = { $said }
unscanned-failed-silent = the scan did not finish

unseen-cannot_look = no answer came, and this panel cannot be asked
unseen-panel = { $said }
unseen-panel-silent = the panel gave no answer

register-key = FraudRecord does not know our API key
register-action = FraudRecord does not know what it was asked
register-data = FraudRecord does not accept the data
register-no_data = FraudRecord received no data
register-unreadable = its answer cannot be read
register-unreachable = it cannot be reached: { $said }
register-unreachable-silent = it cannot be reached

# What is known of a suspension beside its state; a sentence of its own.
suspended-why-held_by_another = Another report still holds the service
suspended-why-about_to_look = The panel is about to be checked
suspended-why-about_to_order = About to be ordered
suspended-why-confirmed_by_staff = Confirmed by staff
suspended-why-drifted = Unsuspended outside Portreeve: suspend it again, or release the hold
suspended-why-turning = The service is just being unsuspended and will be suspended again
suspended-why-suspend_by_hand = Suspend the service by hand, then confirm
suspended-why-unsuspend_by_hand = Unsuspend the service by hand, then confirm
suspended-why-taken = The panel accepted the order
suspended-why-was_so = The panel says that it was so already
suspended-why-no_answer = No answer yet
suspended-why-refused = Refused: { $said }
suspended-why-refused-silent = Refused
suspended-why-later = The panel asks to try later: { $said }
suspended-why-later-silent = The panel asks to try later
suspended-why-failed = Failed, will be tried again: { $said }
suspended-why-failed-silent = Failed, will be tried again
suspended-why-paused = The desk is paused. { $why }

# What was seen when another program did not do something. They follow a colon.
finding-said = “{ $said }”
finding-not_looked_up = { $host } can't be looked up: “{ $said }”
finding-no_address = { $host } has no address
finding-not_public = { $host } is at { $address }, which is not on the public Internet; `allow_private = true` allows it
finding-not_connected = no connection to { $address }: “{ $said }”
finding-no_tls = no secure connection to { $host }: “{ $said }”
finding-no_connection = no connection within { $within }
finding-no_answer = no answer within { $within }
finding-broken_off = the connection was lost: “{ $said }”
finding-status = status { $status }: “{ $said }”
finding-status-silent = status { $status }
finding-redirects = status { $status }: redirects (to { $to }) are not followed
finding-redirects-silent = status { $status }: redirects are not followed
finding-cut = status { $status }, and the answer was cut off
finding-unreadable = the answer can't be read: “{ $said }”
finding-no_command = no command is configured
finding-not_started = { $program } can't be started: “{ $said }”
finding-killed = the command was ended by a signal
finding-exit_status = exit status { $status }: “{ $said }”
finding-exit_status-silent = exit status { $status }
finding-unsure = it doesn't know the state
finding-odd_state = it answered with an unknown state: “{ $state }”
finding-not_served = no WHMCS is configured for the directory { $directory }
finding-no_service = WHMCS has no service { $service }
finding-other_customer = in WHMCS the service belongs to customer { $customer } now, not to { $expected }; the next directory sync will show it here
finding-no_module = WHMCS says “{ $said }”: nothing would be switched off; suspend the service by hand where it runs
finding-perhaps_stopped = WHMCS says “{ $said }” (if this persists, another addon or hook in WHMCS may be preventing it)
finding-no_api = there is no WHMCS API at this address (status 404); url must be the System URL of WHMCS
finding-behind_wall = something in front of WHMCS (a firewall, a login) answers with status { $status }
finding-no_json = status { $status } and no JSON
finding-banned = WHMCS has banned the desk's address: see Configuration > System Settings > Banned IPs
finding-address_refused = WHMCS does not let { $address } call: add it under Configuration > System Settings > General Settings > Security > API IP Access Restriction, or set access_key
finding-address_refused-silent = WHMCS does not let the desk's address call: add it under Configuration > System Settings > General Settings > Security > API IP Access Restriction, or set access_key
finding-bad_credential = WHMCS has no API credential with this identifier and secret (“{ $said }”): create one under Configuration > System Settings > Manage API Credentials
finding-not_permitted = the API role of the credential does not allow { $action }: tick it under Configuration > System Settings > Manage API Credentials > API Roles
finding-no_action = this WHMCS has no action { $action }; it may be too old
finding-past_api = the address bypasses the WHMCS API; url must be the System URL of WHMCS
finding-no_currency = WHMCS has no currency { $currency }; see the setting pay.currency
finding-no_customer_currency = WHMCS does not list the customer's currency
finding-no_rate = an exchange rate in WHMCS can't be read
finding-nothing_to_pay = the amount comes to nothing in the customer's currency
finding-no_invoice_named = it did not say which invoice it created
finding-no_amount = the amount of invoice { $reference } can't be read
finding-invoice_moved = invoice { $reference } belongs to customer { $customer } now
finding-paid_without_money = invoice { $reference } is marked as paid, but neither a payment nor credit is shown for it; release the hold by hand if that was intended
finding-paid_other_sum = { $paid } was paid on invoice { $reference }, not { $due }
finding-odd_invoice = the state of invoice { $reference } is unclear: “{ $state }”
finding-perhaps_paid = it is in the state “{ $state }”, and part of it may have been paid
finding-still_open = invoice { $reference } is still open at the payment provider; cancel it there (“{ $said }”)
finding-still_open-silent = invoice { $reference } is still open at the payment provider; cancel it there
finding-left_alone = the directory { $directory } is not answering; it is asked again in a moment
finding-database_unreachable = the database can't be reached: “{ $said }”
finding-odd_service_id = a row has the service_id “{ $id }”, which is not a positive number
finding-odd_list = the list { $list } has not as many rows as it says
finding-list_changed = the list changed while it was read: { $before } services became { $after }
finding-odd_service = service { $service }: { $part }: “{ $said }”

## Complaints, as customers are told of them
evidence-observed = Observed: { $value }
evidence-address = Address: { $value }
evidence-page = Page: { $value }
evidence-domain = Domain: { $value }
evidence-target = Target: { $value }
evidence-count = Events: { $count }
evidence-more = { $count ->
    [one] And one more incident of the same kind.
   *[other] And { $count } more incidents of the same kind.
}
evidence-log = From the log:
evidence-by-known = This report was opened automatically after a complaint. We could verify who sent it.
evidence-by-anybody = This report was opened automatically after a complaint. We could not verify who sent it.
