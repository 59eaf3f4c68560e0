# Mail that came in.

mails-no_subject = (kein Betreff)
mails-nobody = kein Absender
mails-received = Eingegangen
mails-from = Von
mails-to = An
mails-way = Empfangen über
mails-size = Größe
mails-files = Angehängte Dateien
mails-report = Meldung
mails-content = Text
mails-no_text = Sie enthält keinen Text.
mails-raw = E-Mail im Original herunterladen
mails-raw-text = Sie kann dem Programm schaden, das sie öffnet.
mails-attach = An eine Meldung hängen
mails-attach-text = Prüfen Sie, ob sie vom Kunden ist: Absenderadressen können gefälscht sein.
mails-attach-report = Nummer der Meldung
mails-attach-as = Als
mails-attach-message = was der Kunde geschrieben hat
mails-attach-note = Notiz für Mitarbeiter
mails-attach-button = Anhängen
mails-dismiss = Verwerfen
mails-dismiss-sure = An keiner Meldung ändert sich etwas, und die E-Mail wird aufbewahrt.
mails-restore = Rückgängig: wieder vorlegen
mails-of_report = Eingegangene E-Mails

acknowledgement-subject = Beschwerde { $number } ist eingegangen
acknowledgement-what = Ihre Beschwerde ist am { $received } eingegangen und hat die Nummer { $number }.
acknowledgement-next = Wir gehen ihr nach. Wenn wir mehr von Ihnen brauchen, schreiben wir Ihnen.
acknowledgement-automatic = Dies ist eine automatische Eingangsbestätigung. Sie bekommen höchstens eine am Tag, wie viele Beschwerden Sie auch schicken.
