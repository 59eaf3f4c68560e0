# The inbox: what came in and no rule placed.

nav-inbox = Eingang
inbox-parts = Bereiche des Eingangs
inbox-state-waiting = Wartet
inbox-state-queued = Meldungen ohne Dienst
inbox-state-unread = Noch nicht gelesen
inbox-state-placed = Zugeordnet
inbox-state-set_aside = Beiseitegelegt
inbox-state-dismissed = Verworfen
inbox-state-all = Alle
inboxpart-waiting = Beschwerden und andere E-Mails, die keine Regel zugeordnet hat, die ältesten zuerst. Eröffnen Sie eine Meldung, hängen Sie sie an eine an, oder verwerfen Sie sie.
inboxpart-unread = Gespeichert, wird gleich gelesen.
inboxpart-placed = Wurde zu einer Meldung, kam zu einer hinzu oder wurde an eine gehängt.
inboxpart-set_aside = Unzustellbare E-Mails, automatische Antworten und anderes, das keine Missbrauchsmeldung ist.
inboxpart-dismissed = Von Mitarbeitern verworfen. Gelöscht wird nichts.
inboxpart-all = Alles, was eingegangen ist, das Neueste zuerst.
inbox-of_reporter = Von
inbox-empty = Hier ist nichts.
inbox-no_more = Mehr ist nicht vorhanden.
inbox-choose_one = { $id } auswählen
inbox-choose_all = Alle auf dieser Seite auswählen
inbox-times =
    { $n ->
        [one] einmal
       *[other] { $n }-mal
    }
inbox-nobody = kein Dienst
inbox-more =
    { $n ->
        [one] und 1 weitere
       *[other] und { $n } weitere
    }
inbox-because = Grund
inbox-because-none = ohne Angabe
because-noise = Ohne Belang
because-not_ours = Nicht unser Netz
because-not_abuse = Kein Missbrauch
inbox-attach = Anhängen
inbox-open = Meldung eröffnen
inbox-open_for = Meldung zu { $key } eröffnen
inbox-open_one = Eine Meldung eröffnen
inbox-is_report = Ist eine Meldung: wieder vorlegen
inbox-done =
    { $n ->
        [one] 1 Eintrag wurde bearbeitet.
       *[other] { $n } Einträge wurden bearbeitet.
    }
inbox-left =
    { $n ->
        [one] 1 Eintrag wurde nicht geändert:
       *[other] { $n } Einträge wurden nicht geändert:
    }
inbox-found = Was darin gefunden wurde
inbox-source = Quelle
inbox-observed = Beobachtet
inbox-whose = Damaliger Inhaber
inbox-became = Ergebnis
inbox-port = Port { $port }
inbox-no_time = ohne Zeitangabe
inbox-held_it = damals Inhaber
zone-assumed = Zeitzone angenommen: UTC
zone-header = Zeitzone der E-Mail
fate-opened = Meldung eröffnet
fate-joined = zu einer Meldung hinzugefügt
fate-by_staff = von Mitarbeitern zugeordnet
fate-would_open = würde eine Meldung eröffnen
fate-would_join = käme zu einer Meldung hinzu
fate-waits = wartet
fate-passed = übergangen
inbox-no_right = Wer sich beschwert und was geschrieben wurde, ist nur mit dem Recht „sehen, wer gemeldet hat“ sichtbar.
inbox-do = Bearbeiten
inbox-came = Wie es einging
inbox-channel-lmtp = über den Mailserver (LMTP)
inbox-channel-imap = über ein Postfach (IMAP)
inbox-channel-folder = über einen Ordner
inbox-channel-api = über die API
inbox-channel-form = über das öffentliche Formular
inbox-channel-ingest = über die Kommandozeile
inbox-format = Format
inbox-not_a_report = Erkannt als
inbox-lane = Vertrauen
inbox-flags = Warnungen
inbox-defects = Auffälligkeiten
inbox-reporter = Melder
lane-trusted = vertrauenswürdig
lane-known = authentifiziert
lane-untrusted = nicht authentifiziert
inbox-observes = Beobachtungsmodus.
inbox-observes-text = Beschwerden werden gelesen und zugeordnet. Es wird keine Meldung eröffnet und niemand benachrichtigt.
inbox-observed-title = Was Portreeve getan hätte
inbox-observes-sum =
    { $total ->
        [one] { $could } von 1 wartenden Beschwerde wäre zugeordnet worden.
       *[other] { $could } von { $total } wartenden Beschwerden wären zugeordnet worden.
    }
inbox-by_reason = Nach Grund
inbox-by_format = Nach Format

# Der Grund, aus dem etwas wartet, als Marke.
whychip-no_token = Kein Bezug
whychip-no_code = Kein Code
whychip-false_token = Falscher Bezug
whychip-other_sender = Anderer Absender
whychip-other_customer = Anderer Kunde
whychip-closed = Meldung geschlossen
whychip-queued = Noch kein Dienst
whychip-too_many = Zu viele
whychip-automatic = Automatisch
whychip-perhaps_automatic = Vielleicht automatisch
whychip-perhaps_absent = Vielleicht abwesend
whychip-encrypted = Verschlüsselt
whychip-empty = Leer
whychip-other_bounce = Fremder Rückläufer
whychip-unreadable = Nicht lesbar
whychip-not_taken = Nicht angenommen
whychip-no_source = Keine Quelle
whychip-not_ours = Nicht unser Netz
whychip-nobody_then = Niemandem zugeteilt
whychip-time_unsure = Zeit unsicher
whychip-moved = Inzwischen gewechselt
whychip-several_holders = Mehrere Inhaber
whychip-too_old = Zu alt
whychip-by_setting = Laut Einstellung
whychip-observed = Beobachtet
whychip-muted = Melder stummgeschaltet
whychip-too_large = Sehr groß
whychip-no_report = Keine Meldung

complaints-title = Beschwerden
complaints-complaints = Beschwerden
complaints-events = Gemeldete Ereignisse
complaints-first = Zuerst gesehen
complaints-last = Zuletzt gesehen

reporters-title = Melder
reporters-text = Alle, die sich beschwert haben. Vertrauen zählt nur für Beschwerden, die als ihre authentifiziert sind; nur die von vertrauenswürdigen Meldern können sperren, und nur, wenn intake.suspend es vorsieht.
reporters-none = Es ist noch keine Beschwerde eingegangen.
reporters-none_found = Kein Melder hat dies in der Adresse.
reporters-find = Adresse enthält
reporters-find-button = Suchen
reporters-who = Melder
reporters-complaints = Beschwerden
reporters-upheld = Berechtigt
reporters-unfounded = Unbegründet
reporters-outcomes = berechtigt: { $upheld }, unbegründet: { $unfounded }
reporters-last = Letzte Beschwerde
reporters-heard = Beschwerden
reporters-lane_of = Vertrauen in { $who }
reporters-lane_unset = wie authentifiziert
reporters-muted = stummgeschaltet
reporters-mute = Melder stummschalten
reporters-mute-text = Künftige Beschwerden eröffnen keine Meldung und kommen zu keiner hinzu.
reporters-unmute = Stummschaltung aufheben
reporter-name = Name
reporter-organisation = Organisation
reporter-email = E-Mail
reporter-reference = Aktenzeichen des Melders
