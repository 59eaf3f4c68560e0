# Pages for everybody.

public-home = Abuse desk
public-home-text = This is the abuse desk of a hosting provider.
public-report = Report abuse
public-report-ask = Have you seen spam, an attack or other abuse from one of our addresses?
public-report-write = Please write to
public-report-whois = Please write to the provider's abuse address as given in its registry entry (WHOIS or RDAP).
public-report-name = To help us find the source, please include:
public-report-source = the IP address or domain that the abuse came from,
public-report-when = when it happened, with the time zone,
public-report-what = what happened, with log lines or the complete e-mail with all headers.
public-missing = Page not found
public-missing-text = There is no page at this address.
public-missing-back = Home page
