# Mail that came in.

mails-text = Mails that came in and belong to nothing that the desk knows for sure. Attach them to their report, or dismiss them.
mails-empty = No mail waits.
mails-no_subject = (no subject)
mails-nobody = no sender
mails-received = Received
mails-from = From
mails-to = To
mails-way = Way
mails-size = Size
mails-files = Attached files
mails-report = Report
mails-content = Text
mails-no_text = There is no text in it.
mails-raw = Download the mail as it came
mails-raw-text = It may do harm to programs that open it.
mails-attach = Attach to a report
mails-attach-text = Check that it is from the customer: whoever knows an address can write it as the sender.
mails-attach-report = Number of the report
mails-attach-as = As
mails-attach-message = what the customer wrote
mails-attach-note = a note for staff
mails-attach-button = Attach
mails-dismiss = Dismiss
mails-dismiss-sure = Nothing happens to any report, and the mail is kept.
mails-dismiss-yes = Yes, dismiss it
mails-restore = Take back: let it wait again
mails-of_report = Mails that came in

# Why a mail waits for staff.

mailwhy-no_token = it answers no notice of ours
mailwhy-no_code = it names the report and comes from the customer's mail address, but without the code of our notices
mailwhy-false_token = it names a report, but not as our notices do
mailwhy-other_sender = it does not come from the customer's mail address
mailwhy-other_customer = the service has another customer now, or is gone
mailwhy-closed = the report is closed
mailwhy-queued = the report waits for its service
mailwhy-too_many = too many answers to this report came by mail within an hour
mailwhy-automatic = a machine wrote it, and it answers no notice of ours
mailwhy-perhaps_automatic = it is about the report, but a program may have written it
mailwhy-perhaps_absent = it reads like an out-of-office reply
mailwhy-encrypted = it is encrypted: ask the customer to write in the clear
mailwhy-empty = there are no words of the sender and no files in it
mailwhy-other_bounce = it tells of a mail that came back, but of no notice that was sent to this address
mailwhy-not_taken = its report did not take it
mailwhy-unreadable = it could not be read: look at it as it came
