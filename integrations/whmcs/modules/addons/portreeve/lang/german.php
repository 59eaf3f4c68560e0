<?php

if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

$_ADDONLANG['menu'] = 'Missbrauchsmeldungen';
$_ADDONLANG['notice_title'] = 'Missbrauchsmeldungen zu Ihren Diensten';
$_ADDONLANG['notice_text'] = 'Offene Meldungen: %d. Bitte lesen Sie, was geschehen ist, und antworten Sie.';
$_ADDONLANG['notice_button'] = 'Lesen und antworten';
$_ADDONLANG['signon_title'] = 'Missbrauchsmeldungen';
$_ADDONLANG['signon_text'] = 'Sie werden zum Abuse-Desk weitergeleitet.';
$_ADDONLANG['signon_button'] = 'Weiter';
$_ADDONLANG['not_ready'] = 'Der Abuse-Desk ist noch nicht eingerichtet. Bitte eröffnen Sie ein Ticket.';
$_ADDONLANG['admin_open'] = 'offen';
$_ADDONLANG['admin_queued'] = 'in der Warteschlange';
$_ADDONLANG['admin_waiting'] = 'warten auf Mitarbeiter';
$_ADDONLANG['admin_approval'] = 'warten auf Freigabe';
$_ADDONLANG['admin_none'] = 'Es gibt keine offenen Meldungen.';
$_ADDONLANG['admin_field'] = 'Missbrauchsmeldungen';
$_ADDONLANG['admin_holds'] = '%d offen, %d davon halten den Dienst gesperrt';
$_ADDONLANG['admin_never'] = 'Der Abuse-Desk wurde noch nicht gefragt; das tut der Cronjob.';
