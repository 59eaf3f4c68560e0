<?php

/**
 * The addon's hooks. This file is loaded on every page: nothing here calls the desk but the cron job. A hook
 * that fails must not take a page of WHMCS down with it.
 */

use Portreeve\Access;
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
use WHMCS\User\Alert;

if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

require_once __DIR__ . '/lib/autoload.php';

/** Services of one customer that are told after the customer was edited. */
const PORTREEVE_SERVICES_OF_CLIENT = 1000;

/** Messages of one run of the cron job, and how long it may take. */
const PORTREEVE_MESSAGES = 200;
const PORTREEVE_SECONDS = 20;

/** After how many seconds the same failure of a hook is written down again. */
const PORTREEVE_REPEATED_AFTER = 3600;

/** How long lockdown goes on without a word of the desk. */
const PORTREEVE_BELIEVED_SECONDS = 86400;

/** Adds a hook that writes down what went wrong in it, and goes on. */
function portreeve_hook(string $name, callable $work): void
{
    add_hook($name, 1, static function ($vars = null) use ($name, $work) {
        try {
            return $work($vars);
        } catch (\Throwable $error) {
            portreeve_failed($name, $error->getMessage());
            return null;
        }
    });
}

/** Writes down that a hook failed, once an hour: the same goes wrong on every page. */
function portreeve_failed(string $name, string $why): void
{
    // A file, because the database may be what is broken.
    $mark = sys_get_temp_dir() . '/portreeve-' . md5(__DIR__ . $name);
    $last = is_file($mark) ? (int) filemtime($mark) : 0;
    if ($last > time() - PORTREEVE_REPEATED_AFTER) {
        return;
    }
    @touch($mark);
    logActivity("Portreeve: the hook $name failed: $why");
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

/** All services of a client have changed. */
function portreeve_client_changed(int $client, string $cause): void
{
    $services = Capsule::table('tblhosting')->where('userid', $client)
        ->select('id')->orderBy('id')->limit(PORTREEVE_SERVICES_OF_CLIENT)->get();
    foreach ($services as $service) {
        Outbox::serviceChanged((int) $service->id, $cause);
    }
}

foreach (['ClientEdit', 'ClientClose'] as $portreeve_act) {
    portreeve_hook($portreeve_act, static function ($vars) use ($portreeve_act) {
        portreeve_client_changed((int) ($vars['userid'] ?? 0), $portreeve_act);
    });
}

/** The services are the other client's now: nobody may be led to reports that are no longer theirs. */
portreeve_hook('AfterClientMerge', static function ($vars) {
    [$from, $to] = [(int) ($vars['fromUserID'] ?? 0), (int) ($vars['toUserID'] ?? 0)];
    Standings::moveClient($from, $to);
    portreeve_client_changed($to, 'AfterClientMerge');
});

/** The real reason of an order that failed, for the report's history. */
foreach (['Suspend', 'Unsuspend'] as $portreeve_act) {
    portreeve_hook("AfterModule{$portreeve_act}Failed", static function ($vars) use ($portreeve_act) {
        Outbox::orderFailed(portreeve_service($vars), strtolower($portreeve_act), (string) ($vars['failureResponseMessage'] ?? ''));
    });
}

portreeve_hook('AfterProductUpgrade', static function ($vars) {
    $upgrade = Capsule::table('tblupgrades')->where('id', (int) ($vars['upgradeid'] ?? 0))->select('type', 'relid')->first();
    // For an addon, relid is the addon's number.
    $isService = $upgrade !== null && strpos((string) $upgrade->type, 'addon') === false;
    Outbox::serviceChanged($isService ? (int) $upgrade->relid : 0, 'AfterProductUpgrade');
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
    Standings::set('cron_at', (string) time());
    $settings = Settings::load();
    if ($settings->missing() !== null) {
        return;
    }
    $desk = new Desk($settings);
    $desk->send(PORTREEVE_MESSAGES, PORTREEVE_SECONDS);
    $wrong = $desk->pull();
    // One line when it begins and one when it ends, not one every five minutes.
    if ($desk->fault() !== Standings::value('trouble')) {
        Standings::set('trouble', $desk->fault());
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
    // Whoever may not see products could not answer either.
    $person = $user->user();
    if (!Access::of((int) $client->id, $person === null ? 0 : (int) $person->id)->acts()) {
        return [];
    }
    $page = [
        'script' => strtolower((string) ($vars['filename'] ?? basename((string) ($_SERVER['SCRIPT_NAME'] ?? ''), '.php'))),
        'action' => strtolower((string) ($_GET['action'] ?? '')),
        'module' => strtolower((string) ($_GET['m'] ?? '')),
        'route' => Lockdown::route($_SERVER, $_GET),
        'type' => strtolower((string) ($_GET['type'] ?? '')),
    ];
    if (Lockdown::spares($page, Lockdown::listed(Settings::load()->text('spared')))) {
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

/** A note at the top of every page of the customer area. */
portreeve_hook('ClientAlert', static function () {
    $open = portreeve_open();
    if ($open === null || $open['open'] === 0 || !Settings::load()->isOn('notice')) {
        return null;
    }
    $texts = portreeve_texts();
    return new Alert(sprintf($texts['notice_text'], $open['open']), 'warning', 'index.php?m=portreeve', $texts['notice_button']);
});

/** WHMCS shows the reason of a suspension on the product's page; the reports behind it are a click away. */
portreeve_hook('ClientAreaProductDetailsOutput', static function ($vars) {
    $service = (int) ($vars['service']->id ?? 0);
    $user = new CurrentUser();
    if ($service <= 0 || $user->client() === null || !Settings::load()->isOn('notice')) {
        return '';
    }
    $open = Standings::ofService($service, (int) $user->client()->id);
    if ($open['open'] === 0) {
        return '';
    }
    $texts = portreeve_texts();
    $text = sprintf($texts[$open['holds'] > 0 ? 'product_held' : 'product_open'], $open['open']);
    return '<div class="alert alert-warning">' . Texts::escape($text) . ' <a href="index.php?m=portreeve">'
        . Texts::escape($texts['notice_button']) . '</a></div>';
});

portreeve_hook('AdminHomeWidgets', static function () {
    return new Widget();
});

portreeve_hook('AdminClientServicesTabFields', static function ($vars) {
    $texts = Texts::ofStaff();
    return [$texts['admin_field'] => Admin::ofService(Settings::load(), (int) ($vars['id'] ?? 0), $texts)];
});

portreeve_hook('AdminAreaClientSummaryActionLinks', static function ($vars) {
    return Admin::newReportLinks(Settings::load(), (int) ($vars['userid'] ?? 0), Texts::ofStaff());
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
