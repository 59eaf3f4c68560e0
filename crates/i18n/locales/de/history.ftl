# Zeilen im Verlauf einer Meldung. $said ist, was ein Panel, ein Mailserver oder ein Zahlungsanbieter gesagt hat, unverändert.

# Namen von Ereignissen.
event-opened = Eröffnet
event-imported = Übernommen
event-suspension_adopted = Sperrung übernommen
event-queued = Im Eingang
event-assigned = Dienst zugeordnet
event-hint = Hinweis
event-nothing_to_suspend = Nichts zu sperren
event-deadline_set = Frist gesetzt
event-reminded = Erinnert
event-deadline_reached = Frist abgelaufen
event-deadline_cancelled = Frist aufgehoben
event-deadline_changed = Frist geändert
event-deadline_lifted = Frist aufgehoben
event-deadline_restored = Frist wiederhergestellt
event-clock_paused = Frist angehalten
event-clock_resumed = Frist läuft weiter
event-extended = Verlängert
event-hold_placed = Sperrung beauftragt
event-awaiting_approval = Wartet auf Freigabe
event-approved = Freigegeben
event-refused = Abgelehnt
event-hold_released = Sperrgrund entfallen
event-ordered_again = Erneut beauftragt
event-answered = Beantwortet
event-noted = Notiz hinzugefügt
event-closed = Geschlossen
event-reopened = Wieder geöffnet
event-complained = Beschwerde
event-more_complaints = Weitere Beschwerden
event-handed_over = Zuständigkeit geändert
event-category_changed = Kategorie geändert
event-merged = Zusammengeführt
event-absorbed = Andere Meldung übernommen
event-unmerged = Zusammenführung rückgängig
event-suspended = Gesperrt
event-unsuspended = Entsperrt
event-suspended_by_other = Außerhalb von Portreeve gesperrt
event-left_suspended = Gesperrt gelassen
event-drifted = Außerhalb von Portreeve entsperrt
event-order_refused = Vom Panel abgelehnt
event-order_failed = Nicht ausgeführt
event-panel_unknown = Zustand unbekannt
event-manual_called_off = Von Hand nicht mehr nötig
event-manual = Von Hand
event-notice_sent = Benachrichtigung versandt
event-notice_failed = Benachrichtigung fehlgeschlagen
event-marked_fixed = Als behoben gemeldet
event-contested = Widerspruch
event-more_time_asked = Bitte um mehr Zeit
event-taken_back = Vom Kunden entsperrt
event-links_revoked = Links widerrufen
event-link_asked = Link angefordert
event-payment_offered = Zahlung angeboten
event-payment_asked = Möchte zahlen
event-payment_open = Rechnung offen
event-payment_refused = Keine Rechnung
event-paid = Bezahlt
event-paid_in_vain = Zahlung ohne Wirkung
event-paid_oddly = Zahlung prüfen
event-payment_ended = Rechnung zurückgezogen
event-payment_reversed = Zahlung zurückgebucht
event-fraudrecord_asked = FraudRecord gefragt
event-fraudrecord_report_begun = Meldung an FraudRecord
event-fraudrecord_reported = An FraudRecord gemeldet
event-fraudrecord_not_reported = Nicht an FraudRecord gemeldet
event-fraudrecord_report_lost = Keine Antwort von FraudRecord
event-attached = Datei angehängt
event-note_attached = Datei zu einer Notiz
event-attachment_refused = Datei nicht angenommen
event-attachment_infected = Datei infiziert
event-attachment_unscanned = Datei nicht geprüft
event-attachment_removed = Datei entfernt
event-notice_bounced = Benachrichtigung unzustellbar
event-answered_by_mail = Per E-Mail geantwortet
event-automatic_answer = Automatische Antwort
event-read_receipt = Lesebestätigung
event-mail_waits = E-Mail wartet auf Prüfung
event-mail_attached = E-Mail angehängt

history-opened = Meldung eröffnet
history-opened-immediate = Meldung eröffnet, sofortige Sperrung
history-opened-timelimit = Meldung eröffnet, Sperrung nach Fristablauf
history-queued = Wartet im Eingang: { $why }
history-assigned = Dienst { $service } zugeordnet
history-handed_over = Zuständig: { $to }
history-handed_over-nobody = Niemand zugewiesen
history-category_changed = Kategorie von „{ $from }“ in „{ $to }“ geändert
history-merged = In Meldung { $report } überführt
history-absorbed = Meldung { $report } in diese überführt
history-unmerged = Zusammenführung mit Meldung { $report } rückgängig gemacht
history-closed = Meldung geschlossen: { $outcome }
history-closed-kept = Meldung geschlossen: { $outcome }. Der Dienst bleibt gesperrt.
history-imported = Übernommen aus { $source }, dort Meldung { $reference }
history-imported-suspended = Übernommen aus { $source }, dort Meldung { $reference }; der Dienst war dabei gesperrt
history-suspension_adopted = Bestehende Sperrung übernommen; sie endet, sobald diese Meldung sie nicht mehr braucht
history-reopened = Meldung wieder geöffnet
history-complained = Beschwerde { $mail } von Mitarbeitern in diese Meldung übernommen
history-complained-automatically = Beschwerde { $mail }: { $rule }
history-more_complaints = { $count ->
    [one] Eine weitere Beschwerde zu demselben
   *[other] { $count } weitere Beschwerden zu demselben
}

history-deadline_set = Frist: { $at }
history-reminded = Kunde an die Frist erinnert, { $at }
history-deadline_reached = Frist abgelaufen
history-deadline_cancelled = Die Antwort des Kunden hat die Frist aufgehoben
history-deadline_changed = Frist von Mitarbeitern auf { $at } gesetzt
history-deadline_lifted = Frist von Mitarbeitern aufgehoben, noch { $left } übrig
history-deadline_restored = Frist von Mitarbeitern wiederhergestellt, noch { $left } übrig
history-clock_paused = Frist angehalten, noch { $left } übrig
history-clock_resumed = Frist läuft weiter: { $at }
history-extended = Frist um { $by } verlängert
history-more_time_asked = Kunde bittet um { $by } mehr

history-hold_placed = Sperrung beauftragt: { $rule }
history-hold_placed-staff = Sperrung von Mitarbeitern beauftragt
history-awaiting_approval = Sperrung wartet auf Freigabe: { $why }
history-approved = Sperrung freigegeben
history-refused = Sperrung abgelehnt
history-hold_released = Sperrgrund entfallen: { $rule }
history-hold_released-staff = Sperrgrund von Mitarbeitern aufgehoben
history-ordered_again = Sperrung erneut beauftragt
history-taken_back = Kunde hat den Dienst selbst entsperrt

history-suspended = Dienst gesperrt
history-suspended-said = Dienst gesperrt; das Panel zeigt „{ $said }“
history-suspended-by_hand = Dienst von Hand gesperrt, von Mitarbeitern bestätigt
history-unsuspended = Dienst entsperrt
history-unsuspended-ran_already = Dienst lief bereits
history-unsuspended-by_hand = Dienst von Hand entsperrt, von Mitarbeitern bestätigt
history-nothing_to_suspend = Nichts zu sperren: Der Dienst ist { $status }
history-suspended_by_other = Dienst war bereits außerhalb von Portreeve gesperrt
history-suspended_by_other-said = Dienst war bereits außerhalb von Portreeve gesperrt: „{ $said }“
history-left_suspended = Sperrgrund entfallen, Dienst bleibt aus anderem Grund gesperrt
history-left_suspended-said = Sperrgrund entfallen, Dienst bleibt aus anderem Grund gesperrt: „{ $said }“
history-drifted = Dienst wurde außerhalb von Portreeve entsperrt, obwohl diese Meldung ihn noch sperrt: erneut sperren oder Sperrgrund aufheben
history-order_refused = Das Panel hat den Auftrag abgelehnt
history-order_refused-said = Das Panel hat den Auftrag abgelehnt: { $said }
history-order_failed = Das Panel hat den Auftrag nicht innerhalb von { $after } ausgeführt
history-order_failed-said = Das Panel hat den Auftrag nicht innerhalb von { $after } ausgeführt: { $said }
history-panel_unknown = Zustand des Dienstes unbekannt: { $why }
history-manual-suspend = Kein Panel angebunden: Dienst von Hand sperren, dann bestätigen
history-manual-unsuspend = Kein Panel angebunden: Dienst von Hand entsperren, dann bestätigen
history-manual_called_off = Der Dienst muss nicht mehr von Hand gesperrt werden. Falls Sie ihn gesperrt haben, entsperren Sie ihn.

history-answered-customer = Kunde hat geantwortet
history-answered-customer-mail = Kunde hat per E-Mail geantwortet
history-answered-customer-api = Kunde hat geantwortet, über die API eingetragen
history-answered-customer-cli = Kunde hat geantwortet, über die Kommandozeile eingetragen
history-answered-staff = Mitarbeiter hat geantwortet
history-answered-staff-mail = Mitarbeiter hat per E-Mail geantwortet
history-answered-staff-api = Mitarbeiter hat über die API geantwortet
history-answered-staff-cli = Mitarbeiter hat über die Kommandozeile geantwortet
history-marked_fixed = Kunde meldet das Problem als behoben
history-contested = Kunde widerspricht der Meldung: Nach Möglichkeit sollte jemand prüfen, der an der Entscheidung nicht beteiligt war
history-noted = Notiz hinzugefügt
history-link_asked = Kunde hat einen neuen Link angefordert
history-links_revoked = { $n ->
    [one] { $n } Link in Benachrichtigungen widerrufen
   *[other] { $n } Links in Benachrichtigungen widerrufen
 }

history-payment_offered = Kunde darf gegen Zahlung entsperren
history-payment_offered-no = Kunde darf nicht mehr gegen Zahlung entsperren
history-payment_asked = Kunde möchte { $amount } zahlen, um zu entsperren
history-payment_open = Rechnung { $reference } über { $amount } ist offen
history-payment_refused = Es konnte keine Rechnung erstellt werden
history-payment_refused-said = Es konnte keine Rechnung erstellt werden: { $said }
history-payment_refused-again = Es konnte wieder keine Rechnung erstellt werden
history-payment_refused-again-said = Es konnte wieder keine Rechnung erstellt werden: { $said }
history-paid = Kunde hat { $amount } gezahlt
history-paid_in_vain = Zahlung ohne Wirkung, über Erstattung entscheiden: { $why }
history-paid_oddly = Zahlung muss im Abrechnungssystem geprüft werden: { $why }
history-payment_ended = Rechnung { $reference } ist nicht mehr zu zahlen
history-payment_reversed = Zahlung über { $amount } (Rechnung { $reference }) wurde zurückgebucht: entscheiden, ob erneut gesperrt wird

history-notice_sent = Benachrichtigung „{ $notice }“ ({ $audience }) vom Mailserver angenommen
history-notice_failed = Benachrichtigung „{ $notice }“ ({ $audience }) nicht zugestellt: { $why }
history-notice_bounced = Benachrichtigung „{ $notice }“ ({ $audience }) kam von { $address } zurück
history-notice_bounced-said = Benachrichtigung „{ $notice }“ ({ $audience }) kam von { $address } zurück: „{ $said }“
history-answered_by_mail = Die Antwort ist E-Mail { $mail }
history-answered_by_mail-files = { $n ->
    [one] Die Antwort ist E-Mail { $mail }, mit { $n } Datei
   *[other] Die Antwort ist E-Mail { $mail }, mit { $n } Dateien
 }
history-automatic_answer = Automatische Antwort auf eine Benachrichtigung (E-Mail { $mail }), nichts unternommen
history-read_receipt = Lesebestätigung (E-Mail { $mail }): { $receipt }
history-mail_waits = E-Mail { $mail } zu dieser Meldung wartet auf Prüfung: { $why }
history-mail_attached = E-Mail { $mail } an diese Meldung angehängt

history-attached = Datei „{ $name }“ angehängt ({ $size })
history-note_attached = Datei an eine Notiz angehängt
history-attachment_refused = Datei „{ $name }“ einer E-Mail nicht angenommen: { $why }
history-attachment_infected = Datei infiziert, gesperrt
history-attachment_infected-said = Datei infiziert, gesperrt: „{ $said }“
history-attachment_infected-known = Datei infiziert, gesperrt: dieselbe Datei wurde schon früher geprüft
history-attachment_unscanned = Datei nicht geprüft, gesperrt: { $why }
history-attachment_removed = Datei „{ $name }“ entfernt
history-attachment_removed-note = Datei einer Notiz entfernt

history-fraudrecord_asked-records = FraudRecord hat Einträge zum Kunden (gefragt nach { $fields })
history-fraudrecord_asked-no_records = FraudRecord hat keine Einträge zum Kunden (gefragt nach { $fields })
history-fraudrecord_asked-no_answer = FraudRecord hat zum Kunden keine Auskunft gegeben: { $why }
history-fraudrecord_report_begun = Meldung an FraudRecord begonnen: Schwere { $severity }, mit { $fields }
history-fraudrecord_reported = FraudRecord hat die Meldung angenommen: { $code }
history-fraudrecord_not_reported = Nicht an FraudRecord gemeldet: { $why }
history-fraudrecord_report_lost = Keine Antwort von FraudRecord, die Meldung ist vielleicht dort: { $why }

register-field-name = Name
register-field-email = E-Mail-Adresse
register-field-account = Benutzerkonto
register-field-domain = Domain

receipt-shown = die Benachrichtigung wurde dem Empfänger angezeigt
receipt-deleted = die Benachrichtigung wurde vom Empfänger oder seinem Mailprogramm gelöscht
receipt-other = die Benachrichtigung hat das Mailprogramm des Empfängers erreicht

hint-address_not_held = Dienst { $service } hat die Adresse { $address } nicht
hint-unsuspend_vetoed = Das Panel wollte den Dienst entsperren (eine Zahlung oder ein Klick); sein Addon hat das verhindert, weil diese Meldung ihn sperrt
hint-module_failed = Das Modul des Panels hat einen Auftrag nicht ausgeführt: „{ $said }“
hint-notice_delayed = Benachrichtigung „{ $notice }“ an { $address } verzögert sich: „{ $said }“
hint-notice_relayed = Benachrichtigung „{ $notice }“ an { $address } wurde weitergeleitet: „{ $said }“
hint-notice_to_desk = Benachrichtigung „{ $notice }“ ({ $audience }) kam an eine Adresse des Abuse-Desks selbst
