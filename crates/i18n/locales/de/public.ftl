# Seiten für alle.

public-home = Abuse-Abteilung
public-home-text = Dies ist die Abuse-Abteilung eines Hosting-Anbieters.
public-report = Missbrauch melden
public-report-ask = Haben Sie Spam, einen Angriff oder anderen Missbrauch von einer unserer Adressen gesehen?
public-report-write = Bitte schreiben Sie an
public-report-whois = Bitte schreiben Sie an die Abuse-Adresse des Anbieters aus seinem Registry-Eintrag (WHOIS oder RDAP).
public-report-name = Damit wir den Verursacher finden, nennen Sie bitte:
public-report-source = die IP-Adresse oder Domain, von der der Missbrauch ausging,
public-report-when = wann es geschah, mit der Zeitzone,
public-report-what = was geschah, mit den Zeilen des Protokolls oder der vollständigen E-Mail mit allen Kopfzeilen.
public-missing = Seite nicht gefunden
public-missing-text = Unter dieser Adresse gibt es keine Seite.
public-missing-back = Startseite
