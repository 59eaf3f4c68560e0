<?php

/**
 * The bridge between WHMCS and Portreeve, the abuse desk.
 *
 * What the two say to each other stands in docs/bridge.md of Portreeve.
 */

use Portreeve\Access;
use Portreeve\Admin;
use Portreeve\Desk;
use Portreeve\Outbox;
use Portreeve\Settings;
use Portreeve\SignOn;
use Portreeve\Standings;
use Portreeve\Texts;
use WHMCS\Authentication\CurrentUser;
use WHMCS\Database\Capsule;

if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

require_once __DIR__ . '/lib/autoload.php';

/** Messages that are still sent when the addon is switched off, and how many seconds that may take. */
const PORTREEVE_AT_THE_END = 50;
const PORTREEVE_SECONDS_AT_THE_END = 8;

function portreeve_config()
{
    $yes = static function (string $name, string $description): array {
        return ['FriendlyName' => $name, 'Type' => 'yesno', 'Default' => 'yes', 'Description' => $description];
    };
    return [
        'name' => 'Portreeve',
        'description' => 'Connects WHMCS with the abuse desk Portreeve: it learns of changes, keeps suspended what a '
            . 'report holds, and lets customers in without another password.',
        'author' => 'Portreeve',
        'language' => 'english',
        'version' => '1.0',
        'fields' => [
            'desk_url' => [
                'FriendlyName' => 'Address of the desk', 'Type' => 'text', 'Size' => '60',
                'Description' => 'such as https://abuse.example.com (server.public_url of the desk)',
            ],
            'directory' => [
                'FriendlyName' => 'Directory', 'Type' => 'text', 'Size' => '20', 'Default' => 'whmcs',
                'Description' => 'the name of this WHMCS in the desk\'s configuration',
            ],
            'secret' => [
                'FriendlyName' => 'Secret', 'Type' => 'password', 'Size' => '60',
                'Description' => 'bridge_secret of the desk\'s configuration, whsec_…',
            ],
            'veto' => $yes('Keep held services suspended', 'nothing but the desk gives back what a report holds'),
            'menu' => $yes('Menu entry', 'a link to the reports in the customer area'),
            'notice' => $yes('Notice', 'tell customers of open reports on their first page'),
            'lockdown' => $yes('Lockdown', 'do what the desk\'s setting client.lockdown says'),
            'spared' => [
                'FriendlyName' => 'Pages without lockdown', 'Type' => 'text', 'Size' => '60',
                'Description' => 'besides paying, tickets and the account: scripts (announcements), addons (m=name), routes (/knowledgebase)',
            ],
        ],
    ];
}

function portreeve_activate()
{
    try {
        $schema = Capsule::schema();
        if (!$schema->hasTable(Outbox::TABLE)) {
            $schema->create(Outbox::TABLE, static function ($table) {
                $table->increments('id');
                $table->string('type', 40);
                $table->integer('subject_id');
                $table->string('cause', 255);
                $table->integer('generation');
                $table->integer('created_at');
                $table->integer('tries');
                $table->integer('next_try_at')->index();
                $table->string('last_error', 255);
                $table->integer('dead');
            });
        }
        if (!$schema->hasTable(Standings::SERVICES)) {
            $schema->create(Standings::SERVICES, static function ($table) {
                $table->integer('service_id')->primary();
                $table->integer('client_id')->index();
                $table->integer('holds');
                $table->integer('open_reports');
                $table->integer('unanswered');
                $table->string('oldest_open_at', 40);
                $table->bigInteger('as_of')->index();
            });
        }
        if (!$schema->hasTable(Standings::STATE)) {
            $schema->create(Standings::STATE, static function ($table) {
                $table->string('name', 40)->primary();
                $table->text('value');
            });
        }
    } catch (\Exception $error) {
        return ['status' => 'error', 'description' => 'The tables could not be made: ' . $error->getMessage()];
    }
    return ['status' => 'success', 'description' => 'Set the address of the desk and the secret, then open Addons > Portreeve to try them.'];
}

/** What was not sent yet and what is known stays, for the day on which the addon is switched on again. */
function portreeve_deactivate()
{
    $told = 'The desk could not be told.';
    try {
        Outbox::switchedOff();
        $settings = Settings::load();
        if ($settings->missing() === null) {
            (new Desk($settings))->send(PORTREEVE_AT_THE_END, PORTREEVE_SECONDS_AT_THE_END);
            $told = Outbox::counts()['waiting'] === 0 ? 'The desk was told.' : $told;
        }
    } catch (\Throwable $error) {
        $told .= ' ' . $error->getMessage();
    }
    return ['status' => 'success', 'description' => "Nothing in WHMCS keeps suspended any more what a report holds. $told "
        . 'The tables mod_portreeve_outbox, mod_portreeve_services and mod_portreeve_state were kept; drop them if you do '
        . 'not come back.'];
}

function portreeve_upgrade($vars)
{
    portreeve_activate();
}

function portreeve_output($vars)
{
    Admin::output($vars, $_SERVER['REQUEST_METHOD'] ?? 'GET', $_POST);
}

/** Takes a customer who is logged in to the desk. */
function portreeve_clientarea($vars)
{
    $settings = Settings::load();
    $user = new CurrentUser();
    $client = $user->client();
    $texts = Texts::ofCustomer($client);
    $page = [
        'pagetitle' => $texts['signon_title'],
        'breadcrumb' => ['index.php?m=portreeve' => $texts['signon_title']],
        'requirelogin' => true,
    ];
    if ($settings->missing() !== null || $client === null) {
        return $page + ['templatefile' => 'templates/not-ready', 'vars' => ['text' => $texts['not_ready']]];
    }
    $person = $user->user();
    $userId = $person === null ? 0 : (int) $person->id;
    $masquerading = (bool) $user->isMasqueradingAdmin();
    $access = Access::of((int) $client->id, $userId);
    if (!$access->sees() && !$masquerading) {
        return $page + ['templatefile' => 'templates/not-ready', 'vars' => ['text' => $texts['no_permission']]];
    }
    $name = $person === null ? '' : (string) ($person->email ?? '');
    $report = (string) ($_GET['report'] ?? '');
    $token = SignOn::token(
        $settings,
        (int) $client->id,
        $userId,
        $name,
        $access->acts(),
        $masquerading,
        $report,
        time(),
        random_bytes(16)
    );
    return $page + [
        'templatefile' => 'templates/signon',
        'vars' => [
            'action' => $settings->deskUrl() . '/client/sso',
            // {$token} is WHMCS's own.
            'portreeve_token' => $token,
            'text' => $texts['signon_text'],
            'button' => $texts['signon_button'],
        ],
    ];
}
