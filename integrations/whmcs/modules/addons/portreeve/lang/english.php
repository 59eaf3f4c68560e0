<?php

if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

$_ADDONLANG['menu'] = 'Abuse reports';
$_ADDONLANG['notice_title'] = 'Abuse reports about your services';
$_ADDONLANG['notice_text'] = 'Open reports: %d. Please read what happened and answer.';
$_ADDONLANG['notice_button'] = 'Read and answer';
$_ADDONLANG['signon_title'] = 'Abuse reports';
$_ADDONLANG['signon_text'] = 'You are taken to the abuse desk.';
$_ADDONLANG['signon_button'] = 'Continue';
$_ADDONLANG['not_ready'] = 'The abuse desk is not set up yet. Please open a ticket.';
$_ADDONLANG['admin_open'] = 'open';
$_ADDONLANG['admin_queued'] = 'in the queue';
$_ADDONLANG['admin_waiting'] = 'waiting for staff';
$_ADDONLANG['admin_approval'] = 'awaiting approval';
$_ADDONLANG['admin_none'] = 'There are no open reports.';
$_ADDONLANG['admin_field'] = 'Abuse reports';
$_ADDONLANG['admin_holds'] = '%d open, %d of them keep the service suspended';
$_ADDONLANG['admin_never'] = 'The desk was not asked yet; the cron job does it.';
