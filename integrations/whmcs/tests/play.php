<?php

/**
 * Plays WHMCS for tests that run a real desk: reads JSON from standard input and prints JSON. The database is the
 * file PORTREEVE_STUB_DB.
 *
 * {"settings": {"desk_url": …, "secret": …}}   makes the tables and one customer with two services
 * {"hook": "AfterCronJob", "vars": …}          -> {"answer": …, "activity": […]}
 * {"sql": "…"}                                  changes WHMCS's own tables
 * {"service": 17}                               -> {"holds": 1, "open": 1, "unanswered": 1}
 */

require_once __DIR__ . '/stubs/whmcs.php';
$addon = dirname(__DIR__) . '/modules/addons/portreeve';
require_once "$addon/portreeve.php";
require_once "$addon/hooks.php";

use Portreeve\Standings;
use Stub\Connection;
use WHMCS\Database\Capsule;

$ask = json_decode((string) stream_get_contents(STDIN), true);
$said = [];
if (isset($ask['settings'])) {
    Connection::pdo()->exec("
        CREATE TABLE tbladdonmodules (module, setting, value);
        CREATE TABLE tblhosting (id INTEGER, userid INTEGER, packageid INTEGER, server INTEGER, domain, username,
            domainstatus, suspendreason, dedicatedip, assignedips, overideautosuspend, overidesuspenduntil);
        CREATE TABLE tblproducts (id INTEGER, name);
        CREATE TABLE tblservers (id INTEGER, name);
        CREATE TABLE tblclients (id INTEGER, firstname, lastname, companyname, email, language);
        CREATE TABLE tblinvoices (id INTEGER, userid INTEGER);
        INSERT INTO tblproducts VALUES (1, 'VPS');
        INSERT INTO tblclients VALUES (1, 'Ada', 'O&#039;Byrne', '', 'ada@example.com', 'german');
        INSERT INTO tblhosting VALUES (1, 1, 1, 0, 'shop.example.com', 'shop', 'Active', '', '192.0.2.1', '', '', '0000-00-00');
        INSERT INTO tblhosting VALUES (41, 1, 1, 0, 'new.example.com', 'new', 'Active', '', '192.0.2.41', '', '', '0000-00-00');
    ");
    foreach ($ask['settings'] as $name => $value) {
        Capsule::table('tbladdonmodules')->insert(['module' => 'portreeve', 'setting' => $name, 'value' => $value]);
    }
    $said = portreeve_activate();
} elseif (isset($ask['hook'])) {
    $said = ['answer' => stub_run_hook($ask['hook'], $ask['vars'] ?? null), 'activity' => $GLOBALS['stub_activity']];
} elseif (isset($ask['sql'])) {
    Connection::pdo()->exec($ask['sql']);
} else {
    $said = Standings::ofService((int) $ask['service']);
}
echo json_encode($said), "\n";
