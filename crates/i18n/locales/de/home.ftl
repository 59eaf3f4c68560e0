# The home page of staff.

home-title = Was Sie jetzt braucht
home-staff = warten auf eine Antwort
home-queue = im Eingang
home-approval = warten auf Freigabe
home-trouble = Sperrungen brauchen einen Blick
home-deadlines = Fristen in 24 Std.
home-dead = aufgegebene Aufgaben
home-soon = Wird als Nächstes gesperrt
home-soon-all = Alle nach Frist
home-soon-none = Es läuft keine Frist.
home-answer = Am längsten ohne Antwort
home-answer-all = Alle, die auf Mitarbeiter warten
home-answer-none = Niemand wartet auf eine Antwort.
home-opened = Meldungen der letzten 30 Tage
home-others = Andere
home-no_figures = Noch keine Zahlen: Tage werden gezählt, wenn sie vorbei sind (UTC).
home-table = Als Tabelle
home-day = Tag
home-mean = Durchschnitt
home-of_reports =
    { $n ->
        [one] aus { $n } Meldung
       *[other] aus { $n } Meldungen
    }
home-time_to_answer = Zeit bis zur ersten Antwort
home-time_to_close = Zeit bis zum Abschluss
home-state = Zustand der Technik
home-mail = Ausgehende Mail
home-panels = Panels
home-panel = Panel { $name }
home-directory = Verzeichnis { $name }
home-set_up = eingerichtet
home-not_set_up = nicht eingerichtet
home-by_hand = Sperrungen von Hand
home-read = gelesen
home-unreadable = nicht lesbar
home-never_read = noch nicht gelesen
home-dead_job = Aufgegeben: { $kind } { $key }
home-mails = E-Mails, die warten
home-attention = brauchen Aufmerksamkeit
