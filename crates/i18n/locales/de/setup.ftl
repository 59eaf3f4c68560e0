# Pages by which the desk is set up.

setup-staff_management = Mitarbeiterverwaltung
setup-desk = Abuse-Desk
setup-outside = Außenwelt
setup-staff = Mitarbeiter verwalten
setup-staff-text = Wer sich anmelden darf, mit welcher Rolle
setup-roles = Rollen und Rechte
setup-roles-text = Benannte Rechte der Mitarbeiter
setup-credentials = API-Zugänge verwalten
setup-credentials-text = API-IDs, mit denen Skripte Meldungen anlegen
setup-audit = Prüfprotokoll
setup-audit-text = Wer an der Einrichtung was geändert hat
setup-settings = Einstellungen
setup-settings-text = Fristen, Grenzen, Schutzregeln, die Drop-in-API
setup-categories = Kategorien
setup-categories-text = Arten von Missbrauch und wie sie behandelt werden
setup-replies = Textbausteine
setup-replies-text = Vorbereitete Antworten
setup-notices = Benachrichtigungen
setup-notices-text = Die E-Mails, die Kunden bekommen
setup-connections = Verbindungen
setup-connections-text = Verzeichnisse, Panels, Mail, Webhooks, Aufgaben

staff-email = Mail
staff-role = Rolle
staff-since = seit
staff-disabled = deaktiviert
staff-no_password = kein Passwort: kann sich nicht anmelden
staff-second_factor = zweiter Faktor
staff-new_password = Neues Passwort
staff-set_password = Setzen
staff-remove_second_factor = Verlorenen zweiten Faktor entfernen
staff-disable = Deaktivieren
staff-disable-text = Sitzungen, API-Zugänge und Token enden sofort.
staff-enable = Aktivieren
staff-add = Mitarbeiter hinzufügen
staff-add-button = Hinzufügen
staff-first_password = Erstes Passwort (mindestens 12 Zeichen)

roles-name = Name
roles-rights = Rechte
roles-built_in = mitgeliefert
roles-add = Rolle hinzufügen
roles-add-button = Hinzufügen

credentials-tab = API-Zugänge
credentials-roles_tab = API-Rollen
credentials-roles-text = Legen Sie für die Drop-in-API (Meldungen anlegen) eine Rolle an und kreuzen Sie keine der Aktionen an: Wer die API-ID kennt, kann dann Meldungen anlegen und sonst nichts.
credentials-roles-create = API-Rolle anlegen
credentials-roles-actions = Aktionen
credentials-roles-none = Nichts angekreuzt ist die richtige Wahl für die Drop-in-API.
credentials-no_actions = keine Aktionen
credentials-generate = Neuen API-Zugang erzeugen
credentials-generate-button = Erzeugen
credentials-staff = Mitarbeiter
credentials-role = API-Rolle
credentials-description = Beschreibung
credentials-allow = Erlaubte Adressen
credentials-allow-text = Adressen und Präfixe; leer: von überall.
credentials-anywhere = von überall
credentials-ref = Nr.
credentials-used = Zuletzt benutzt
credentials-never = nie
credentials-calls = Aufrufe
credentials-calls_n =
    { $n ->
        [one] { $n } Aufruf
       *[other] { $n } Aufrufe
    }
credentials-errors_n =
    { $n ->
        [one] { $n } Fehler
       *[other] { $n } Fehler
    }
credentials-revoke = Sperren
credentials-revoke-sure = Skripte mit dieser API-ID werden ab jetzt abgewiesen. Das kann nicht rückgängig gemacht werden.
credentials-revoke-yes = Ja, sperren
credentials-revoked = gesperrt
credentials-none = Es gibt noch keine API-Zugänge.

credential-title = Neuer API-Zugang
credential-once = Kopieren Sie die Kennung jetzt: Sie wird nicht gespeichert und kann nicht noch einmal gezeigt werden.
credential-identifier = Kennung (API-ID)
credential-done = Fertig

settings-text = Änderungen gelten auf allen Knoten innerhalb einer Sekunde, ohne Neustart.
settings-default = Vorgabe:
settings-none = keine

categories-text = Was Mitarbeiter auswählen können und wie jede Kategorie behandelt wird. Skripte dürfen jede andere Kategorie senden.
categories-severity = Schwere
categories-method = Vorgeschlagene Sperrung
categories-no_method = kein Vorschlag
categories-period = Eigene Frist, zum Beispiel 4h
categories-customer_text = Text für Kunden zu dieser Art von Missbrauch
categories-not_offered = nicht angeboten
categories-remove = Aus der Liste entfernen
categories-add = Kategorie hinzufügen

replies-text = Texte für Antworten, mit Platzhaltern:
replies-category = Für die Kategorie
replies-language = Für Kunden, die lesen
replies-all = alle
replies-body = Text
replies-none = Es gibt noch keine Textbausteine.
replies-add = Textbaustein hinzufügen

notices-text = Die E-Mails, die Kunden bekommen, mit einem Beispiel für jede. Hier bearbeitete Texte gelten vor Dateien im Ordner templates des Datenordners, und diese vor den mitgelieferten Texten.
notices-language = Sprache
notices-show = Zeigen
notices-from-ours = mitgeliefert
notices-from-file = aus einer Datei
notices-from-desk = hier bearbeitet
notices-faults = Diese Vorlagen können nicht verwendet werden; stattdessen werden die mitgelieferten gesendet:
notices-write = Bearbeiten
notices-write-text = Namen in doppelten geschweiften Klammern werden ersetzt. Verfügbare Namen:
notices-write-digest = Jede Meldung davon hat:
notices-saved = Gespeichert. Es gilt innerhalb einer Sekunde auf allen Knoten.
notices-conflict = Jemand anderes hat dies geändert, nachdem Sie es geöffnet hatten. Ihr Text steht noch im Formular, der andere darunter. Wenn Sie jetzt speichern, ersetzt Ihrer den anderen.
notices-refused = Nicht gespeichert, weil die Vorlage einen Fehler hat:
notices-not_yet = Die Vorlage hat einen Fehler und könnte so nicht gespeichert werden:
notices-now = Derzeit gespeichert
notices-preview = Vorschau
notices-preview-text = Als Text
notices-preview-html = Als HTML
notices-back = Zurücksetzen
notices-back-text = Diese bearbeiteten Texte werden entfernt, und die darunter gelten wieder:
notices-back-goes = Wird entfernt
notices-back-comes = Gilt dann
notices-back-button = Bearbeitete Texte entfernen
notices-back-none = Hier wurde nichts bearbeitet.
notices-back-conflict = Jemand anderes hat dies geändert, nachdem Sie es geöffnet hatten. Bitte sehen Sie noch einmal nach.

connections-text = Verbindungen werden in der Konfigurationsdatei eingerichtet. Tests ändern nichts.
connections-directories = Verzeichnisse
connections-every = gelesen alle { $every }
connections-synced = letzter vollständiger Abgleich
connections-filled = Gefüllt durch
connections-test = Testen
connections-panels = Panels
connections-all_directories = alle Verzeichnisse
connections-look_at = Einen Dienst prüfen
connections-look = Prüfen
connections-no_panels = Es ist kein Panel verbunden: Sperrungen werden von Hand ausgeführt.
connections-no_mail = Benachrichtigungen werden als nicht versandt vermerkt.
connections-incoming = Eingehende E-Mails
connections-reading_behind = nicht rechtzeitig gelesen
connections-put_off = Fristen sind aufgeschoben, bis diese E-Mails verarbeitet sind.
connections-unread = { $count } ungelesen, die älteste eingegangen
connections-all_read = Alle E-Mails sind verarbeitet.
connections-webhooks = Webhooks
connections-no_webhooks = Es sind keine Webhooks eingerichtet.
connections-deliveries = { $waiting } warten, { $delivered } zugestellt, { $dead } fehlgeschlagen
connections-jobs = Fehlgeschlagene Aufträge
connections-no_jobs = Keine fehlgeschlagenen Aufträge.
connections-retry = Noch einmal versuchen
connections-result = Test von
connections-good = OK
connections-bad = fehlgeschlagen

audit-text = Änderungen an der Einrichtung und wer sich angemeldet hat. Was mit einer Meldung geschieht, steht in ihrem Verlauf.
audit-at = Wann
audit-who = Wer
audit-what = Was
audit-detail = Einzelheit
audit-none = Es wurde noch nichts geändert.
audit-signed_in = angemeldet
audit-panel_sign_on = aus einem Panel angemeldet
audit-sign_in_refused = Anmeldung abgewiesen
audit-code_refused = Code abgewiesen
audit-password_refused = Passwort abgelehnt
audit-second_factor_set = zweiter Faktor eingerichtet
audit-second_factor_removed = zweiter Faktor entfernt
audit-password_changed = Passwort geändert
audit-staff_added = Mitarbeiter hinzugefügt
audit-staff_changed = Mitarbeiter geändert
audit-panel_account_linked = Panel-Konto verknüpft
audit-panel_account_unlinked = Panel-Konto getrennt
audit-staff_disabled = Mitarbeiter deaktiviert
audit-staff_enabled = Mitarbeiter aktiviert
audit-role_added = Rolle hinzugefügt
audit-role_changed = Rolle geändert
audit-role_deleted = Rolle gelöscht
audit-credential_added = API-Zugang erzeugt
audit-credential_limited = API-Zugang auf Adressen beschränkt
audit-credential_revoked = API-Zugang gesperrt
audit-token_added = API-Token erstellt
audit-token_revoked = API-Token widerrufen
audit-job_retried = fehlgeschlagene Aufgabe neu versucht
audit-delivery_replayed = Webhook-Zustellung wiederholt
audit-mail_dismissed = E-Mail verworfen
audit-mail_restored = verworfene E-Mail wiederhergestellt
audit-setting_changed = Einstellung geändert
audit-quick_reply_changed = Textbaustein geändert
audit-quick_reply_deleted = Textbaustein gelöscht
audit-taken_back = Aktionen rückgängig gemacht
audit-exported = Meldungen exportiert
audit-paused = Abuse-Desk angehalten
audit-resumed = Abuse-Desk fortgesetzt
audit-template_changed = Vorlage einer Benachrichtigung geändert
audit-template_taken_back = Vorlage einer Benachrichtigung zurückgesetzt
audit-staff_told = E-Mail-Benachrichtigungen eines Mitarbeiters geändert
connections-late = keine rechtzeitige Antwort
