# Words for states, kinds and settings.

status-queued = im Eingang
status-open = offen
status-closed = abgeschlossen

turn-customer = Wartet auf den Kunden
turn-staff = Wartet auf uns

suspension-none = von dieser Meldung nicht gesperrt
suspension-pending = wird gesperrt
suspension-suspended = gesperrt
suspension-suspended_by_other = außerhalb von Portreeve gesperrt
suspension-lifting = wird entsperrt
suspension-lifted = aufgehoben
suspension-awaiting_approval = wartet auf Freigabe
suspension-manual = von Hand auszuführen
suspension-drifted = außerhalb von Portreeve entsperrt
suspension-unknown = Zustand unbekannt
suspension-failed = fehlgeschlagen

severity-low = niedrig
severity-normal = normal
severity-high = hoch

outcome-resolved = behoben
outcome-unfounded = unbegründet
outcome-duplicate = Duplikat
outcome-no_response = keine Reaktion
outcome-other = anderes

method-nosuspend = Keine Sperrung
method-timelimit = Zum Ende der Frist sperren
method-immediate = Sofort sperren

notice-opened = Meldung eröffnet
notice-queued = Im Eingang
notice-reminder = Erinnerung
notice-suspended = Gesperrt
notice-unsuspended = Freigegeben
notice-answered = Antwort
notice-extended = Verlängert
notice-deadline_changed = Frist geändert
notice-deadline_lifted = Frist aufgehoben
notice-deadline_restored = Frist wiederhergestellt
notice-closed = Abgeschlossen
notice-reopened = Wieder geöffnet
notice-complaints = Weitere Beschwerden
notice-needs_staff = Braucht Mitarbeiter
notice-link = Neuer Link
notice-digest = Sammelmail
notice-frame = Rahmen aller Benachrichtigungen
notice-parts = Bausteine aller Benachrichtigungen
notice-about = Zu Arten von Missbrauch

actor-desk = Programm
actor-customer = Kunde

audience-customer = an den Kunden
audience-staff = an Mitarbeiter

service-product = Produkt
service-domain = Domain
service-username = Benutzer
service-server = Server
service-dedicated_ip = Hauptadresse
service-mail = Mail
service-no_mail = keine Mailadresse: Dieser Kunde kann nicht benachrichtigt werden
service-protected = geschützt
service-ended = nicht mehr im Verzeichnis
service-active = aktiv
service-suspended = gesperrt
service-pending = in Vorbereitung
service-terminated = beendet
service-cancelled = gekündigt
service-fraud = Betrug

payment-wished = Rechnung wird angefordert
payment-asking = Rechnung wird erstellt
payment-open = wartet auf Zahlung
payment-paid = bezahlt
payment-refused = keine Rechnung
payment-ended = hinfällig
payment-reversed = ging zurück

told-title = E-Mail-Benachrichtigungen
told-notices = Benachrichtigungen
told-opened = Neue Meldung
told-queued = Neue Meldung im Eingang
told-answered = Kunde hat geantwortet
told-needs_staff = Entscheidung nötig
told-only_mine = nur Meldungen, für die ich zuständig bin
told-summary = Tagesübersicht
told-address = Andere E-Mail-Adresse
told-usual = Auf Vorgabe zurücksetzen
told-usual-all = Vorgabe: alle Benachrichtigungen.
told-usual-nothing = Vorgabe: keine Benachrichtigungen, weil der Abuse-Desk gemeinsame Adressen dafür hat.
told-no_right = Nur wer Meldungen beantworten darf, bekommt Benachrichtigungen.

right-see_reports = Meldungen, Dienste und das Adressbuch sehen
right-open = Meldungen eröffnen
right-answer = antworten, notieren, verlängern, zuordnen
right-close = Meldungen abschließen und wieder öffnen, zusammenführen
right-suspend = von Hand sperren und aufheben
right-approve = über angehaltene Sperrungen entscheiden, anhalten und fortsetzen
right-setup = den Abuse-Desk einrichten: Einstellungen, Mitarbeiter, Rollen, Zugänge
right-see_reporter = sehen, wer gemeldet hat
right-complain = Beschwerden über die REST-Schnittstelle übergeben
right-export = Listen von Meldungen exportieren
right-fraudrecord = FraudRecord nach Kunden fragen und sie dorthin melden

setting-time_limit-period = Wie lange ein Kunde vor einer Sperrung mit Frist Zeit hat
setting-time_limit-reminder = Den Kunden erinnern, wenn die Hälfte vorbei ist
setting-time_limit-on_reply = Was eine Antwort des Kunden mit der Frist macht: anhalten (pause), aufheben (cancel) oder nichts (ignore)
setting-time_limit-require_notice = Freigabe der Sperrung verlangen, wenn kein Mailserver die Benachrichtigung angenommen hat
setting-client-lockdown = Was Kunden mit offenen Meldungen im Panel noch dürfen: alles (no), nichts bis zur Antwort (standard), nichts bis alles abgeschlossen ist (strict)
setting-suspension-reason = Text nach [abuse #92] im Sperrgrund für das Panel; {"{"}category{"}"} steht für die Kategorie
setting-pay-amount = Freischalten gegen Zahlung: der Betrag
setting-pay-currency = Freischalten gegen Zahlung: die Hauptwährung, zum Beispiel EUR
setting-intake-mode = Beschwerden zuordnen (work) oder nur zeigen, was geschehen würde (observe)
setting-intake-auto_assign = Beschwerden nach dem Adressbuch zuordnen; sonst warten alle im Eingang
setting-intake-categories = Kategorien für das, worum es in Beschwerden geht, als JSON-Objekt
setting-intake-suspend = Beschwerden vertrauenswürdiger Absender dürfen sperren, wie es der Plan ihrer Kategorie sagt (trusted), oder keine darf es (never)
setting-intake-own_networks = Eigene Netze außer denen in den Verzeichnissen, als JSON-Liste
setting-intake-max_age = Ältere Vorfälle warten auf das Team
setting-intake-acknowledge = Empfangsbestätigungen per E-Mail: nie (never), an beglaubigte Absender (known) oder an alle (all)
setting-intake-notice_every = Kunden höchstens einmal in dieser Zeit über weitere Beschwerden informieren
setting-intake-duplicates = Eine Beschwerde über dasselbe kommt zur offenen Meldung (merge) oder eröffnet eine eigene (separate)
setting-categories = Angebotene Kategorien, als JSON-Liste
setting-limits-suspensions_per_hour = Automatische Sperrungen je Stunde; weitere brauchen eine Freigabe, 0 = alle
setting-clock-long_stop = Fristen, die abliefen, während Portreeve länger als dies nicht lief, brauchen eine Freigabe
setting-staff-require_second_factor = Alle, die sich anmelden, brauchen einen zweiten Faktor
setting-staff-session_idle = Mitarbeiter nach dieser Zeit ohne Aktivität abmelden
setting-amp-http_status = HTTP-Status der Drop-in-API: immer 200 (always_200) oder semantisch (semantic)
setting-amp-missing_parameters_code = Code für fehlende Parameter: AMP003 wie die Tabelle des Originals oder AMP009 wie sein Beispiel
setting-amp-suspend_method_aliases = Weitere Wörter für suspend_method, als JSON-Objekt
setting-amp-failed_auth_per_minute = Fehlgeschlagene Anmeldungen je Adresse und Minute; 0 = keine Grenze
setting-amp-calls_per_minute = Aufrufe je API-Zugang und Minute; 0 = keine Grenze
setting-client-unsuspend_limit = Wie oft ein Kunde seinen Dienst innerhalb einer Meldung entsperren darf
setting-client-more_time = Verlängerung, die bei der ersten Bitte eines Kunden automatisch gewährt wird
setting-client-language = Vorgabesprache für Kunden
setting-client-time_zone = Zeitzone der Kunden
setting-client-link_life = Gültigkeit der Links
setting-pay-limit = Wie oft ein Kunde innerhalb einer Meldung zahlen darf
setting-client-notices_per_hour = Benachrichtigungen je Postfach und Stunde; weitere kommen gesammelt in einer E-Mail (0: ohne Grenze)
setting-staff-notices-address = Gemeinsame Adressen für Benachrichtigungen an Mitarbeiter (eine Liste); Mitarbeiter bekommen dann nur, was sie wählen
setting-staff-summary_at = Wann die Tagesübersicht gesendet wird, etwa 08:00 oder 08:00 Europe/Berlin (leer: nie)
setting-attachments-max_size = Größter Anhang, etwa 10MiB
setting-attachments-per_message = Anhänge je Nachricht oder Notiz; 0 = keine
setting-intake-mail_room = Wie viel E-Mail ohne den Code einer Meldung ungelesen sein oder auf Mitarbeiter warten darf, etwa 2GiB; weitere bleibt beim Mailserver. 0: ohne Grenze
setting-intake-report_room = Wie viel E-Mail mit dem Code einer Meldung in einer Stunde angenommen wird, etwa 50MiB; weitere bleibt bis später beim Mailserver. 0: ohne Grenze
setting-attachments-per_report = Gesamtgröße aller Anhänge einer Meldung, etwa 100MiB
setting-attachments-types = Angenommene Dateitypen, als JSON-Liste von Endungen

mailstate-unread = noch nicht gelesen
mailstate-answer = Antwort des Kunden
mailstate-duplicate = kam schon auf anderem Weg
mailstate-bounce = über eine E-Mail, die zurückkam oder sich verspätet
mailstate-automatic = automatische Antwort
mailstate-receipt = Lesebestätigung
mailstate-own = vom System selbst gesendet
mailstate-waiting = wartet
mailstate-attached = von Mitarbeitern angehängt
mailstate-placed = zugeordnet
mailstate-no_report = keine Missbrauchsmeldung
mailstate-dismissed = verworfen
