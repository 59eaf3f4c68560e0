# Warum etwas so ist oder nicht geschah. Sie stehen nach einem Doppelpunkt. $said ist, was andere gesagt haben, unverändert.

rule-staff = von Mitarbeitern entschieden
rule-immediate = die Meldung sperrt sofort
rule-deadline = die Frist ist abgelaufen
rule-after_pause = nach einer Pause erneut geprüft
rule-before_order = vor dem Auftrag erneut geprüft
rule-self_unsuspend = der Kunde hat den Dienst entsperrt
rule-payment = der Kunde hat gezahlt
rule-merge = Meldungen zusammengeführt
rule-unmerge = Zusammenführung rückgängig gemacht
rule-complaint = diesem Dienst automatisch zugeordnet

stop-paused = der Abuse-Desk ist angehalten
stop-clock_suspect = die Uhr dieses Rechners ist gesprungen; den Abuse-Desk fortsetzen, sobald sie stimmt
stop-stood_still = die Frist lief ab, während der Abuse-Desk nicht lief
stop-protected = der Dienst ist geschützt
stop-hourly_limit = die stündliche Grenze automatischer Sperrungen ist erreicht
stop-customer_changed = der Dienst hat seit Eröffnung der Meldung den Kunden gewechselt
stop-not_told = kein Mailserver hat die Benachrichtigung des Kunden angenommen
stop-customer_answered = der Kunde hat geantwortet und wartet auf Mitarbeiter
stop-mail_waits = eine E-Mail zu der Meldung wartet auf Prüfung
stop-service_missing = das Verzeichnis führt den Dienst nicht mehr

mailwhy-no_token = nennt keine Quelle eines Missbrauchs und ist keine Antwort auf eine unserer Benachrichtigungen
mailwhy-no_code = nennt die Meldung und kommt von der Adresse des Kunden, aber ohne den Code unserer Benachrichtigungen
mailwhy-false_token = nennt eine Meldung, aber nicht so, wie unsere Benachrichtigungen es tun
mailwhy-other_sender = nicht von der E-Mail-Adresse des Kunden
mailwhy-other_customer = der Dienst hat jetzt einen anderen Kunden, oder es gibt ihn nicht mehr
mailwhy-closed = die Meldung ist geschlossen
mailwhy-queued = die Meldung wartet auf ihren Dienst
mailwhy-too_many = zu viele Antworten auf diese Meldung per E-Mail innerhalb einer Stunde
mailwhy-automatic = eine automatische Nachricht, und keine Antwort auf eine unserer Benachrichtigungen
mailwhy-perhaps_automatic = betrifft die Meldung, ist aber vielleicht eine automatische Nachricht
mailwhy-perhaps_absent = liest sich wie eine Abwesenheitsnotiz
mailwhy-encrypted = verschlüsselt: bitten Sie den Kunden, unverschlüsselt zu schreiben
mailwhy-empty = weder Text des Absenders noch Dateien
mailwhy-other_bounce = eine Unzustellbarkeitsmeldung, aber zu keiner Benachrichtigung an diese Adresse
mailwhy-unreadable = nicht lesbar: Original ansehen
mailwhy-not_taken = ihre Meldung hat sie nicht angenommen
mailwhy-no_source = eine Beschwerde, die keine Adresse, Domain oder Seite als Quelle nennt
mailwhy-not_ours = keine der genannten Quellen gehört uns
mailwhy-nobody_then = die Adresse gehört uns, aber zu dieser Zeit hatte sie kein Dienst
mailwhy-time_unsure = der Zeitpunkt ist nicht sicher genug, um zu sagen, wer die Adresse hatte
mailwhy-moved = die Adresse ist seitdem an einen anderen Kunden oder Dienst übergegangen
mailwhy-several_holders = mehrere Dienste teilen sich die Adresse, und nichts sagt, welcher gemeint ist
mailwhy-too_old = älter, als automatisch zugeordnet wird
mailwhy-by_setting = Beschwerden warten laut Einstellung auf das Team
mailwhy-observed = Beobachtungsmodus: Es wird nichts unternommen
mailwhy-muted = Beschwerden dieses Absenders sind stummgeschaltet
mailwhy-too_large = mehr Vorwürfe, als automatisch zugeordnet werden
mailwhy-no_report = keine Meldung eines Missbrauchs

queue-directory_unreachable = das Verzeichnis konnte nicht gefragt werden, ob es den Dienst gibt: { $said }
queue-directory_unreachable-silent = das Verzeichnis konnte nicht gefragt werden, ob es den Dienst gibt
queue-no_service = ohne Dienst wieder geöffnet

undelivered-no_mail_server = ausgehende E-Mail ist nicht eingerichtet
undelivered-service_missing = das Verzeichnis führt den Dienst nicht mehr
undelivered-customer_changed = der Dienst hat jetzt einen anderen Kunden
undelivered-no_address = das Verzeichnis hat keine E-Mail-Adresse des Kunden
undelivered-own_address = die E-Mail-Adresse des Kunden im Verzeichnis ist eine des Abuse-Desks selbst
undelivered-refused = „{ $said }“
undelivered-refused-silent = der Mailserver hat sie abgelehnt
undelivered-bounced = kam von { $address } zurück: „{ $said }“
undelivered-bounced-silent = kam von { $address } zurück

noeffect-customer_changed = der Dienst hat jetzt einen anderen Kunden
noeffect-report_closed = die Meldung ist geschlossen und sollte den Dienst gesperrt halten
noeffect-holds_nothing = die Meldung sperrt den Dienst nicht mehr
noeffect-left_suspended = der Dienst bleibt aus anderem Grund gesperrt
noeffect-service_gone = der Dienst ist beendet
noeffect-ran_already = der Dienst lief bereits

payissue-provider_missing = der Zahlungsanbieter { $provider } ist nicht mehr eingerichtet
payissue-perhaps_invoiced = vielleicht gibt es eine Rechnung, das lässt sich nicht prüfen
payissue-out_of_sight = es lässt sich nicht prüfen, ob Rechnung { $reference } bezahlt ist: { $said }
payissue-unexpected = { $said }
payissue-unexpected-silent = der Zahlungsanbieter zeigt etwas anderes als verlangt

unscanned-cut = die Datei ließ sich nicht bis zum Ende lesen
unscanned-failed = { $said }
unscanned-failed-silent = die Prüfung kam nicht zum Ende

unseen-cannot_look = es kam keine Antwort, und dieses Panel kann nicht gefragt werden
unseen-panel = { $said }
unseen-panel-silent = das Panel hat nicht geantwortet

register-key = FraudRecord kennt unseren API-Schlüssel nicht
register-action = FraudRecord kennt die Anfrage nicht
register-data = FraudRecord nimmt die Daten nicht an
register-no_data = FraudRecord hat keine Daten erhalten
register-unreadable = die Antwort ist nicht lesbar
register-unreachable = nicht erreichbar: { $said }
register-unreachable-silent = nicht erreichbar

# Was von einer Sperrung außer ihrem Zustand bekannt ist; ein eigener Satz.
suspended-why-held_by_another = Eine andere Meldung sperrt den Dienst noch
suspended-why-about_to_look = Das Panel wird gleich abgefragt
suspended-why-about_to_order = Wird gleich beauftragt
suspended-why-confirmed_by_staff = Von Mitarbeitern bestätigt
suspended-why-drifted = Außerhalb von Portreeve entsperrt: erneut sperren oder Sperrgrund aufheben
suspended-why-turning = Der Dienst wird gerade entsperrt und danach wieder gesperrt
suspended-why-suspend_by_hand = Dienst von Hand sperren, dann bestätigen
suspended-why-unsuspend_by_hand = Dienst von Hand entsperren, dann bestätigen
suspended-why-taken = Das Panel hat den Auftrag angenommen
suspended-why-was_so = Das Panel sagt, es sei schon so gewesen
suspended-why-no_answer = Noch keine Antwort
suspended-why-refused = Abgelehnt: { $said }
suspended-why-refused-silent = Abgelehnt
suspended-why-later = Das Panel bittet um einen späteren Versuch: { $said }
suspended-why-later-silent = Das Panel bittet um einen späteren Versuch
suspended-why-failed = Fehlgeschlagen, wird erneut versucht: { $said }
suspended-why-failed-silent = Fehlgeschlagen, wird erneut versucht
suspended-why-paused = Der Abuse-Desk ist angehalten. { $why }

# Was zu sehen war, als ein anderes Programm etwas nicht tat. Sie folgen auf einen Doppelpunkt.
finding-said = „{ $said }“
finding-not_looked_up = { $host } ist nicht auflösbar: „{ $said }“
finding-no_address = { $host } hat keine Adresse
finding-not_public = { $host } liegt auf { $address } und damit nicht im öffentlichen Internet; `allow_private = true` erlaubt es
finding-not_connected = keine Verbindung zu { $address }: „{ $said }“
finding-no_tls = keine sichere Verbindung zu { $host }: „{ $said }“
finding-no_connection = keine Verbindung innerhalb von { $within }
finding-no_answer = keine Antwort innerhalb von { $within }
finding-broken_off = die Verbindung ist abgebrochen: „{ $said }“
finding-status = Status { $status }: „{ $said }“
finding-status-silent = Status { $status }
finding-redirects = Status { $status }: Weiterleitungen (nach { $to }) wird nicht gefolgt
finding-redirects-silent = Status { $status }: Weiterleitungen wird nicht gefolgt
finding-cut = Status { $status }, und die Antwort brach ab
finding-unreadable = die Antwort ist nicht lesbar: „{ $said }“
finding-no_command = es ist kein Befehl eingestellt
finding-not_started = { $program } lässt sich nicht starten: „{ $said }“
finding-killed = der Befehl wurde durch ein Signal beendet
finding-exit_status = Rückgabewert { $status }: „{ $said }“
finding-exit_status-silent = Rückgabewert { $status }
finding-unsure = der Zustand ist dort nicht bekannt
finding-odd_state = die Antwort war ein unbekannter Zustand: „{ $state }“
finding-not_served = für das Verzeichnis { $directory } ist kein WHMCS eingestellt
finding-no_service = WHMCS hat keinen Dienst { $service }
finding-other_customer = in WHMCS gehört der Dienst jetzt Kunde { $customer } und nicht { $expected }; der nächste Abgleich des Verzeichnisses zeigt es auch hier
finding-no_module = WHMCS meldet „{ $said }“: Es würde nichts abgeschaltet; sperren Sie den Dienst von Hand dort, wo er läuft
finding-perhaps_stopped = WHMCS meldet „{ $said }“ (bleibt es dabei, verhindert es vielleicht ein anderes Addon oder ein Hook in WHMCS)
finding-no_api = unter dieser Adresse gibt es keine WHMCS-API (Status 404); url muss die System-URL von WHMCS sein
finding-behind_wall = etwas vor WHMCS (eine Firewall, eine Anmeldung) antwortet mit Status { $status }
finding-no_json = Status { $status } und kein JSON
finding-banned = WHMCS hat die Adresse des Abuse-Desks gesperrt: siehe Configuration > System Settings > Banned IPs
finding-address_refused = WHMCS lässt { $address } nicht zu: Tragen Sie die Adresse unter Configuration > System Settings > General Settings > Security > API IP Access Restriction ein, oder setzen Sie access_key
finding-address_refused-silent = WHMCS lässt die Adresse des Abuse-Desks nicht zu: Tragen Sie sie unter Configuration > System Settings > General Settings > Security > API IP Access Restriction ein, oder setzen Sie access_key
finding-bad_credential = WHMCS hat keine API-Zugangsdaten mit dieser Kennung und diesem Geheimnis („{ $said }“): Legen Sie sie unter Configuration > System Settings > Manage API Credentials an
finding-not_permitted = die API-Rolle der Zugangsdaten erlaubt { $action } nicht: Kreuzen Sie es unter Configuration > System Settings > Manage API Credentials > API Roles an
finding-no_action = dieses WHMCS hat keine Aktion { $action }; vielleicht ist es zu alt
finding-past_api = die Adresse führt an der WHMCS-API vorbei; url muss die System-URL von WHMCS sein
finding-no_currency = WHMCS hat keine Währung { $currency }; siehe die Einstellung pay.currency
finding-no_customer_currency = WHMCS führt die Währung des Kunden nicht
finding-no_rate = ein Wechselkurs in WHMCS ist nicht lesbar
finding-nothing_to_pay = in der Währung des Kunden ergibt der Betrag nichts
finding-no_invoice_named = es fehlt die Angabe, welche Rechnung angelegt wurde
finding-no_amount = der Betrag der Rechnung { $reference } ist nicht lesbar
finding-invoice_moved = die Rechnung { $reference } gehört jetzt Kunde { $customer }
finding-paid_without_money = die Rechnung { $reference } ist als bezahlt markiert, doch es ist weder eine Zahlung noch ein Guthaben verbucht; heben Sie die Sperre von Hand auf, falls das so gewollt war
finding-paid_other_sum = auf die Rechnung { $reference } wurden { $paid } gezahlt und nicht { $due }
finding-odd_invoice = der Zustand der Rechnung { $reference } ist unklar: „{ $state }“
finding-perhaps_paid = sie ist im Zustand „{ $state }“ und vielleicht teilweise bezahlt
finding-still_open = die Rechnung { $reference } ist beim Zahlungsanbieter noch offen; stornieren Sie sie dort („{ $said }“)
finding-still_open-silent = die Rechnung { $reference } ist beim Zahlungsanbieter noch offen; stornieren Sie sie dort
finding-left_alone = das Verzeichnis { $directory } antwortet nicht; es wird gleich wieder gefragt
finding-database_unreachable = die Datenbank ist nicht erreichbar: „{ $said }“
finding-odd_service_id = eine Zeile hat die Dienstnummer „{ $id }“; das ist keine positive Zahl
finding-odd_list = die Liste { $list } hat nicht so viele Zeilen, wie sie angibt
finding-list_changed = die Liste hat sich beim Lesen geändert: Aus { $before } Diensten wurden { $after }
finding-odd_service = Dienst { $service }: { $part }: „{ $said }“

## Complaints, as customers are told of them
evidence-observed = Beobachtet: { $value }
evidence-address = Adresse: { $value }
evidence-page = Seite: { $value }
evidence-domain = Domain: { $value }
evidence-target = Ziel: { $value }
evidence-count = Ereignisse: { $count }
evidence-more = { $count ->
    [one] Und ein weiterer Vorfall derselben Art.
   *[other] Und { $count } weitere Vorfälle derselben Art.
}
evidence-log = Aus dem Protokoll:
evidence-by-known = Diese Meldung wurde aufgrund einer Beschwerde automatisch eröffnet. Der Absender wurde überprüft.
evidence-by-anybody = Diese Meldung wurde aufgrund einer Beschwerde automatisch eröffnet. Der Absender konnte nicht überprüft werden.
