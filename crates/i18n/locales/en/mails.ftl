# Mail that came in.

mails-no_subject = (no subject)
mails-nobody = no sender
mails-received = Received
mails-from = From
mails-to = To
mails-way = Received via
mails-size = Size
mails-files = Attached files
mails-report = Report
mails-content = Text
mails-no_text = There is no text in it.
mails-raw = Download the original e-mail
mails-raw-text = It may harm the program that opens it.
mails-attach = Attach to a report
mails-attach-text = Check that it is from the customer: sender addresses can be forged.
mails-attach-report = Number of the report
mails-attach-as = As
mails-attach-message = what the customer wrote
mails-attach-note = a note for staff
mails-attach-button = Attach
mails-dismiss = Dismiss
mails-dismiss-sure = No report is changed, and the e-mail is kept.
mails-restore = Undo: put it back
mails-of_report = Mails that came in

acknowledgement-subject = Complaint { $number } received
acknowledgement-what = We received your complaint at { $received } and stored it under the number { $number }.
acknowledgement-next = It is being looked into. If we need more from you, we will write to you.
acknowledgement-automatic = This is an automatic receipt. You get at most one within a day, however many complaints you send.
