# Warum etwas nicht ausgeführt wurde: was auf Seiten auf „Nicht ausgeführt:“ folgt. Ohne Punkt am Ende.

refusal-each = { $all }
refusal-unavailable = Die Datenbank ist zurzeit nicht erreichbar; versuchen Sie es gleich noch einmal
refusal-stopping = Der Server wird beendet; es wurde nichts geändert

# Meldungen.

refusal-no_report = Es gibt keine Meldung #{ $id }
refusal-name_report = Geben Sie die Nummer der Meldung ein
refusal-name_other_report = Geben Sie die Nummer der anderen Meldung ein
refusal-no_service = Im Verzeichnis gibt es keinen Dienst { $service }
refusal-service_number = Ein Dienst wird mit seiner Nummer angegeben, etwa 17 oder main:17
refusal-of_report = Meldung #{ $id }: { $why }
refusal-protected = Meldung #{ $id }: Der Dienst { $service } ist geschützt; es wurde nichts geändert. Bestätigen Sie, dass er trotzdem gesperrt werden soll
refusal-not_suspended = Meldung #{ $id } hat ihren Dienst nicht gesperrt, daher gibt es keine Sperrung, die bestehen bleiben könnte; schließen Sie sie ohne diese Option ab
refusal-changed_meanwhile = Meldung #{ $id } wurde zwischenzeitlich geändert; sehen Sie sie sich noch einmal an
refusal-key_used_for_another = Dieser Idempotenzschlüssel wurde schon für eine andere Anfrage verwendet
refusal-service_moved = Der Dienst gehört nicht mehr diesem Kunden
refusal-not_theirs = Diese Meldung gibt es nicht
refusal-reads_only = Sie können diese Meldung nur lesen: Mitarbeiter, die als Kunde angemeldet sind, und Benutzer ohne das Recht, Produkte zu verwalten, können hier nichts auslösen
refusal-bad_category = Eine Kategorie muss 1 bis { $most } Zeichen haben
refusal-bad_text = Der Text muss 1 bis { $most } Zeichen haben
refusal-too_many_answers = Der Kunde hat innerhalb einer Stunde schon { $most }-mal geantwortet; warten Sie, bevor Sie wieder antworten
refusal-no_room_for_text = Eine Meldung nimmt höchstens { $most } Text ihres Kunden an
refusal-files_without_text = Dateien können nur mit einer Nachricht oder Notiz gesendet werden
refusal-too_many_reports = Wählen Sie höchstens { $most } Meldungen auf einmal aus
refusal-extension = Die Zeitspanne { $why }
refusal-bad_filter = Diese Filter können nicht angewendet werden: { $names }

refusal-is_closed = Die Meldung ist abgeschlossen; öffnen Sie sie zuerst wieder
refusal-not_closed = Die Meldung ist nicht abgeschlossen
refusal-is_queued = Die Meldung ist noch im Eingang; ordnen Sie sie zuerst einem Dienst zu
refusal-not_queued = Die Meldung ist nicht im Eingang
refusal-no_deadline = Die Meldung hat keine Frist, die geändert werden könnte
refusal-not_ahead = Eine Frist muss in der Zukunft liegen, höchstens zehn Jahre entfernt
refusal-holds_already = Die Meldung sperrt ihren Dienst bereits; geben Sie ihn frei, bevor Sie eine Frist setzen
refusal-nothing_to_adopt = Es gibt keine fremde Sperrung zu übernehmen: Die Sperrung stammt von Portreeve, oder ein Auftrag dazu ist unterwegs
refusal-nothing_lifted = Es wurde keine Frist dieser Meldung aufgehoben, daher gibt es keine wiederherzustellen
refusal-holds_nothing = Diese Meldung hält keine Sperrung des Dienstes, daher gibt es nichts freizugeben
refusal-waits_for_approval = Die Sperrung wartet auf Freigabe; geben Sie sie frei oder lehnen Sie sie ab
refusal-nothing_waits = Keine Sperrung dieser Meldung wartet auf Freigabe
refusal-unsuspend_not_allowed = Bei dieser Meldung darf der Kunde den Dienst nicht selbst entsperren
refusal-unsuspended_too_often = Der Kunde hat den Dienst so oft entsperrt, wie er darf; jetzt entscheiden die Mitarbeiter
refusal-asked_already = Der Kunde hat schon um mehr Zeit gebeten; die Mitarbeiter entscheiden
refusal-no_time = Geben Sie eine Zeitspanne an, zum Beispiel 24h
refusal-not_that_long = Geben Sie eine Zeitspanne von höchstens 30 Tagen an
refusal-offered_so = Nichts zu ändern: Die Entsperrung gegen Zahlung wird schon angeboten oder ist schon abgeschaltet
refusal-other_service = Die andere Meldung betrifft einen anderen Dienst oder noch keinen
refusal-into_itself = Eine Meldung kann nicht mit sich selbst zusammengeführt werden
refusal-other_is_closed = Die andere Meldung ist abgeschlossen; öffnen Sie sie zuerst wieder, oder führen Sie in der anderen Richtung zusammen
refusal-not_merged = Die Meldung wurde nicht mit einer anderen zusammengeführt
refusal-nothing_to_pay = Es gibt nichts zu bezahlen
refusal-paid_too_often = Der Kunde hat so oft für die Entsperrung bezahlt, wie er darf; jetzt entscheiden die Mitarbeiter

# Dateien.

refusal-file = Datei { $name }: { $why }
refusal-file-off = Hier werden keine Dateien angenommen
refusal-file-too_many = Eine Nachricht kann höchstens { $most } Dateien haben
refusal-file-too_large = Eine Datei kann höchstens { $most } groß sein
refusal-file-report_full = Alle Dateien einer Meldung können zusammen höchstens { $most } groß sein
refusal-file-type = Dateien dieses Typs werden nicht angenommen
refusal-file-contradicts = Der Inhalt passt nicht zum Dateinamen
refusal-file-empty = Die Datei ist leer
refusal-file-broken = Die Datei kam nicht vollständig an
refusal-file-busy = Zurzeit werden zu viele Dateien hochgeladen; versuchen Sie es in einer Minute noch einmal
refusal-file-no_room = Die Datei kann zurzeit nicht gespeichert werden; versuchen Sie es später noch einmal
refusal-fetch-not_there = Diese Datei gibt es nicht
refusal-fetch-needs_answer = Dateien von Kunden und aus E-Mails erfordern das Recht `answer`
refusal-fetch-removed = Die Datei wurde entfernt
refusal-fetch-being_checked = Die Datei wird geprüft; versuchen Sie es in einer Minute noch einmal
refusal-fetch-infected = Die Prüfung hat Schadsoftware in der Datei gefunden; sie ist gesperrt
refusal-fetch-unscanned = Die Datei konnte nicht geprüft werden; bis dahin ist sie gesperrt

# E-Mail.

refusal-mail-missing = Es gibt keine E-Mail { $id }
refusal-mail-does_not_wait = E-Mail { $id } ist schon erledigt
refusal-mail-not_dismissed = E-Mail { $id } wurde nicht verworfen
refusal-no_mail_address = „{ $address }“ ist keine E-Mail-Adresse
refusal-own_address = { $address } ist eine Adresse der Abuse-Abteilung selbst: Was sie dorthin schickt, kommt zu ihr zurück, und niemand wird benachrichtigt

# FraudRecord.

refusal-fraudrecord-off = FraudRecord ist nicht eingerichtet
refusal-fraudrecord-nobody_known = Im Verzeichnis gibt es zum Kunden der Meldung #{ $id } keine Daten, die gesendet werden könnten
refusal-fraudrecord-sent_before = Wegen Meldung #{ $id } wurde schon an FraudRecord gemeldet oder möglicherweise gemeldet

# Mitarbeiter, Rollen, Zugangsdaten, Token, Ansichten, Antwortvorlagen.

refusal-sign_in-wrong = Der Name oder das Passwort ist falsch
refusal-sign_in-wrong_code = Der Code ist falsch oder wurde schon verwendet
refusal-second_factor_forced = Hier brauchen alle einen zweiten Faktor, daher kann er nicht entfernt werden
refusal-taken = „{ $name }“ gibt es schon
refusal-taken-staff_member = Es gibt schon einen Mitarbeiter „{ $name }“
refusal-taken-role = Es gibt schon eine Rolle „{ $name }“
refusal-taken-credential = Es gibt schon Zugangsdaten mit dieser Kennung
refusal-missing-staff_member = Es gibt keinen Mitarbeiter „{ $name }“, oder das Konto ist deaktiviert
refusal-missing-reporter = Es gibt keinen Melder { $id }
refusal-missing-role = Es gibt keine Rolle „{ $name }“
refusal-missing-own_role = Es gibt keine änderbare Rolle „{ $name }“; mitgelieferte Rollen bleiben, wie sie sind
refusal-missing-right = Es gibt kein Recht „{ $name }“
refusal-missing-credential = Es gibt keine gültigen Zugangsdaten { $name }
refusal-missing-scope = Es gibt keinen Geltungsbereich „{ $name }“
refusal-missing-token = Es gibt kein gültiges Token { $name }
refusal-missing-view = Es gibt keine Ansicht { $name }
refusal-missing-quick_reply = Es gibt keine Antwortvorlage { $name }
refusal-hash = Das Passwort konnte nicht gespeichert werden
refusal-bad_name = Ein Name muss 1 bis { $most } Buchstaben, Ziffern, Punkte, Binde- oder Unterstriche haben
refusal-short_password = Ein Passwort muss mindestens { $least } Zeichen haben
refusal-last_admin = { $name } hat als Letzter das Recht, die Abuse-Abteilung einzurichten
refusal-role_stays = Die Rolle „{ $name }“ ist in Gebrauch, mitgeliefert oder nicht vorhanden
refusal-bad_identifier = Eine Kennung muss 1 bis { $most } druckbare ASCII-Zeichen ohne Leerzeichen haben
refusal-no_prefix = „{ $text }“ ist keine IP-Adresse und kein Netz wie 192.0.2.0/24
refusal-too_many_prefixes = Es können höchstens { $most } Netze angegeben werden
refusal-token_needs_scope = Ein Token braucht mindestens einen Geltungsbereich
refusal-view_needs_name = Eine Ansicht braucht einen Namen
refusal-quick_reply_needs = Eine Antwortvorlage braucht einen Namen und einen Text

# Einstellungen.

refusal-no_setting = Es gibt keine Einstellung „{ $key }“
refusal-bad_setting = { $key } { $why }
refusal-setting_changed_meanwhile = Die Einstellung wurde zwischenzeitlich geändert; sehen Sie sie sich noch einmal an
refusal-at_least_length = muss mindestens { $least } sein
refusal-at_most_length = darf höchstens { $most } sein
refusal-at_most_size = muss mehr als 0 und darf höchstens { $most } sein
refusal-at_most_number = darf höchstens { $most } sein
refusal-one_of = muss eines davon sein: { $words }
refusal-no_number = muss eine ganze Zahl von 0 bis { $most } sein
refusal-no_length = muss eine Zeitspanne wie 90s, 1440m, 24h oder 2d sein (höchstens 3660d)
refusal-no_size = muss eine Größe wie 10MiB, 512KiB oder 1048576 sein
refusal-no_reason = muss eine Zeile mit höchstens { $most } Zeichen sein, ohne anderen Platzhalter als { $place }
refusal-no_amount = muss ein Betrag ohne Währung sein, etwa 25.00
refusal-no_service_id = muss eine ganze Zahl von 1 bis 9223372036854775807 sein
refusal-no_currency = muss aus den drei Großbuchstaben einer Währung bestehen, etwa EUR
refusal-no_time_zone = muss eine Zeitzone sein, etwa Europe/Berlin
refusal-no_time_of_day = muss eine Uhrzeit sein, etwa 08:00 oder 08:00 Europe/Berlin
refusal-no_json = muss JSON sein, etwa { $example }
refusal-bad_json = muss JSON sein, etwa { $example } ({ $said })
refusal-no_method = darf als Sperrart nur nosuspend, immediate oder timelimit haben
refusal-bad_extension = darf nur Dateiendungen aus 1 bis 10 Kleinbuchstaben und Ziffern ohne Punkt enthalten
refusal-too_many_addresses = darf höchstens { $most } Adressen enthalten

# Vorlagen der Mitteilungen.

refusal-bad_template = { $name }: { $said }
refusal-template_changed_meanwhile = Die Vorlage wurde zwischenzeitlich geändert
refusal-template_too_long = { $name } ist länger als { $most }
