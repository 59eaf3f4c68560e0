# Mail that came in.

mails-text = E-Mails, die eingegangen sind und zu nichts gehören, was der Abuse-Desk sicher kennt. Hängen Sie sie an ihre Meldung, oder verwerfen Sie sie.
mails-empty = Keine E-Mail wartet.
mails-no_subject = (kein Betreff)
mails-nobody = kein Absender
mails-received = Eingegangen
mails-from = Von
mails-to = An
mails-way = Weg
mails-size = Größe
mails-files = Angehängte Dateien
mails-report = Meldung
mails-content = Text
mails-no_text = Sie enthält keinen Text.
mails-raw = Die E-Mail herunterladen, wie sie kam
mails-raw-text = Programmen, die sie öffnen, kann sie schaden.
mails-attach = An eine Meldung hängen
mails-attach-text = Prüfen Sie, ob sie vom Kunden ist: Wer eine Adresse kennt, kann sie als Absender angeben.
mails-attach-report = Nummer der Meldung
mails-attach-as = Als
mails-attach-message = was der Kunde geschrieben hat
mails-attach-note = Notiz für Mitarbeiter
mails-attach-button = Anhängen
mails-dismiss = Verwerfen
mails-dismiss-sure = An keiner Meldung ändert sich etwas, und die E-Mail wird aufbewahrt.
mails-dismiss-yes = Ja, verwerfen
mails-restore = Zurücknehmen: wieder warten lassen
mails-of_report = Eingegangene E-Mails

# Why a mail waits for staff.

mailwhy-no_token = sie antwortet auf keine unserer Benachrichtigungen
mailwhy-no_code = sie nennt die Meldung und kommt von der E-Mail-Adresse des Kunden, aber ohne den Code unserer Benachrichtigungen
mailwhy-false_token = sie nennt eine Meldung, aber nicht so, wie unsere Benachrichtigungen es tun
mailwhy-other_sender = sie kommt nicht von der E-Mail-Adresse des Kunden
mailwhy-other_customer = der Dienst hat jetzt einen anderen Kunden, oder es gibt ihn nicht mehr
mailwhy-closed = die Meldung ist geschlossen
mailwhy-queued = die Meldung wartet auf ihren Dienst
mailwhy-too_many = zu viele Antworten auf diese Meldung kamen innerhalb einer Stunde per E-Mail
mailwhy-automatic = ein Programm hat sie geschrieben, und sie antwortet auf keine unserer Benachrichtigungen
mailwhy-perhaps_automatic = sie betrifft die Meldung, aber vielleicht hat ein Programm sie geschrieben
mailwhy-perhaps_absent = sie liest sich wie eine Abwesenheitsnotiz
mailwhy-encrypted = sie ist verschlüsselt: bitten Sie den Kunden, unverschlüsselt zu schreiben
mailwhy-empty = sie enthält weder eigenen Text noch Dateien
mailwhy-other_bounce = sie berichtet von einer E-Mail, die zurückkam, aber von keiner Benachrichtigung an diese Adresse
mailwhy-not_taken = ihre Meldung hat sie nicht angenommen
mailwhy-unreadable = sie ließ sich nicht lesen: sehen Sie sie sich an, wie sie kam
