<?php

/**
 * The addon's hooks. This file is loaded on every page: nothing here calls the desk but the cron job. A hook
 * that fails must not take a page of WHMCS down with it.
 */

use Portreeve\Admin;
use Portreeve\Desk;
use Portreeve\Lockdown;
use Portreeve\Outbox;
use Portreeve\Settings;
use Portreeve\Standings;
use Portreeve\Texts;
use Portreeve\Widget;
use WHMCS\Authentication\CurrentUser;
use WHMCS\Database\Capsule;

if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

require_once __DIR__ . '/lib/autoload.php';

/** Services of one customer that are told after the customer was edited. */
const PORTREEVE_SERVICES_OF_CLIENT = 1000;

/** Messages of one run of the cron job, and how long it may take. */
const PORTREEVE_MESSAGES = 200;
const PORTREEVE_SECONDS = 20;

/** How long lockdown goes on without a word of the desk. */
const PORTREEVE_BELIEVED_SECONDS = 86400;

/** Adds a hook that writes down what went wrong in it, and goes on. */
function portreeve_hook(string $name, callable $work): void
{
    add_hook($name, 1, static function ($vars = null) use ($name, $work) {
        try {
            return $work($vars);
        } catch (\Throwable $error) {
            logActivity("Portreeve: the hook $name failed: " . $error->getMessage());
            return null;
        }
    });
}

/** The service that a module acts on; 0 for an addon of a product, which is not the service that it belongs to. */
function portreeve_service($vars): int
{
    $params = $vars['params'] ?? [];
    return empty($params['addonId']) ? (int) ($params['serviceid'] ?? 0) : 0;
}

foreach (['Create', 'Suspend', 'Unsuspend', 'Terminate', 'ChangePackage'] as $portreeve_act) {
    portreeve_hook("AfterModule$portreeve_act", static function ($vars) use ($portreeve_act) {
        Outbox::serviceChanged(portreeve_service($vars), "AfterModule$portreeve_act");
    });
}

foreach (['ServiceEdit', 'AdminServiceEdit'] as $portreeve_act) {
    portreeve_hook($portreeve_act, static function ($vars) use ($portreeve_act) {
        Outbox::serviceChanged((int) ($vars['serviceid'] ?? 0), $portreeve_act);
    });
}

portreeve_hook('ServiceDelete', static function ($vars) {
    Outbox::serviceRemoved((int) ($vars['serviceid'] ?? 0));
});

portreeve_hook('ClientEdit', static function ($vars) {
    $client = (int) ($vars['userid'] ?? 0);
    $services = Capsule::table('tblhosting')->where('userid', $client)
        ->select('id')->orderBy('id')->limit(PORTREEVE_SERVICES_OF_CLIENT)->get();
    foreach ($services as $service) {
        Outbox::serviceChanged((int) $service->id, 'ClientEdit');
    }
});

portreeve_hook('AfterProductUpgrade', static function ($vars) {
    $upgrade = Capsule::table('tblupgrades')->where('id', (int) ($vars['upgradeid'] ?? 0))->select('relid')->first();
    Outbox::serviceChanged($upgrade === null ? 0 : (int) $upgrade->relid, 'AfterProductUpgrade');
});

foreach ([
    'InvoicePaid' => 'invoice.paid', 'InvoiceRefunded' => 'invoice.refunded',
    'InvoiceCancelled' => 'invoice.cancelled', 'InvoiceUnpaid' => 'invoice.unpaid',
] as $portreeve_hook => $portreeve_type) {
    portreeve_hook($portreeve_hook, static function ($vars) use ($portreeve_type) {
        Outbox::invoice($portreeve_type, (int) ($vars['invoiceid'] ?? 0));
    });
}

/** What a report holds stays off, whoever is about to give it back. The desk says "no hold" before it orders. */
portreeve_hook('PreModuleUnsuspend', static function ($vars) {
    $service = portreeve_service($vars);
    if ($service <= 0 || !Settings::load()->isOn('veto') || Standings::holds($service) === 0) {
        return null;
    }
    try {
        Outbox::vetoed($service);
        logActivity("Portreeve: service $service stays suspended, because an abuse report holds it");
    } catch (\Throwable $error) {
        // The hold stands, whether or not the desk can be told of it.
        logActivity("Portreeve: a veto could not be written down: " . $error->getMessage());
    }
    return ['abortcmd' => true];
});

portreeve_hook('AfterCronJob', static function () {
    $settings = Settings::load();
    if ($settings->missing() !== null) {
        return;
    }
    $desk = new Desk($settings);
    $desk->send(PORTREEVE_MESSAGES, PORTREEVE_SECONDS);
    $wrong = $desk->pull();
    // One line when it begins and one when it ends, not one every five minutes.
    if ((string) $wrong !== Standings::value('trouble')) {
        Standings::set('trouble', (string) $wrong);
        logActivity('Portreeve: ' . ($wrong === null ? 'the desk answers again' : $wrong));
    }
});

/** What is open of the customer who is logged in; null for nobody. */
function portreeve_open(): ?array
{
    $client = (new CurrentUser())->client();
    return $client === null ? null : Standings::ofClient((int) $client->id);
}

function portreeve_texts(): array
{
    return Texts::ofCustomer((new CurrentUser())->client());
}

portreeve_hook('ClientAreaPage', static function ($vars) {
    $user = new CurrentUser();
    $client = $user->client();
    if ($client === null || $user->isMasqueradingAdmin() || !Settings::load()->isOn('lockdown')) {
        return [];
    }
    // A desk that has not been heard of for a day must not keep customers out for ever.
    if ((int) Standings::value('pulled_at') < time() - PORTREEVE_BELIEVED_SECONDS) {
        return [];
    }
    $open = Standings::ofClient((int) $client->id);
    if (!Lockdown::applies(Standings::value('lockdown'), $open['open'], $open['unanswered'])) {
        return [];
    }
    $page = [
        'script' => strtolower((string) ($vars['filename'] ?? basename((string) ($_SERVER['SCRIPT_NAME'] ?? ''), '.php'))),
        'action' => strtolower((string) ($_GET['action'] ?? '')),
        'module' => strtolower((string) ($_GET['m'] ?? '')),
        'route' => Lockdown::route($_SERVER, $_GET),
        'type' => strtolower((string) ($_GET['type'] ?? '')),
        'ajax' => strtolower((string) ($_SERVER['HTTP_X_REQUESTED_WITH'] ?? '')) === 'xmlhttprequest',
    ];
    if (Lockdown::spares($page)) {
        return [];
    }
    header('Location: ' . Lockdown::base($vars, $_SERVER) . '/index.php?m=portreeve');
    exit;
});

portreeve_hook('ClientAreaPrimaryNavbar', static function ($navbar) {
    $open = portreeve_open();
    if ($open === null || !Settings::load()->isOn('menu')) {
        return;
    }
    $label = portreeve_texts()['menu'] . ($open['open'] > 0 ? ' (' . $open['open'] . ')' : '');
    $navbar->addChild('portreeve', ['label' => $label, 'uri' => 'index.php?m=portreeve', 'order' => 85]);
});

portreeve_hook('ClientAreaHomepagePanels', static function ($panels) {
    $open = portreeve_open();
    if ($open === null || $open['open'] === 0 || !Settings::load()->isOn('notice')) {
        return;
    }
    $texts = portreeve_texts();
    $panel = $panels->addChild('portreeve', [
        'label' => $texts['notice_title'],
        'icon' => 'fas fa-exclamation-triangle',
        'order' => 1,
        'extras' => ['color' => 'red', 'btn-icon' => 'fas fa-arrow-right', 'btn-text' => $texts['notice_button'], 'btn-link' => 'index.php?m=portreeve'],
    ]);
    $panel->setBodyHtml('<p>' . Texts::escape(sprintf($texts['notice_text'], $open['open'])) . '</p>');
});

portreeve_hook('AdminHomeWidgets', static function () {
    return new Widget();
});

portreeve_hook('AdminClientServicesTabFields', static function ($vars) {
    $texts = Texts::ofStaff();
    return [$texts['admin_field'] => Admin::ofService(Settings::load(), (int) ($vars['id'] ?? 0), $texts)];
});

portreeve_hook('AdminAreaClientSummaryPage', static function ($vars) {
    $open = Standings::ofClient((int) ($vars['userid'] ?? 0));
    if ($open['open'] === 0) {
        return '';
    }
    $texts = Texts::ofStaff();
    $line = $texts['admin_field'] . ': ' . sprintf($texts['admin_holds'], $open['open'], $open['holds']);
    return '<div class="alert alert-warning">' . Texts::escape($line) . '</div>';
});
