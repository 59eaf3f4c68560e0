<?php

/**
 * The addon's tests, against stubs of WHMCS (stubs/), a desk that PHP's own web server plays, and the addon's
 * endpoint on another. `php run.php`; exit status 1 when one fails.
 */

use Portreeve\Admin;
use Portreeve\Desk;
use Portreeve\Lockdown;
use Portreeve\Outbox;
use Portreeve\Settings;
use Portreeve\Signature;
use Portreeve\SignOn;
use Portreeve\Standings;
use Portreeve\Texts;
use WHMCS\Database\Capsule;

error_reporting(E_ALL);
set_error_handler(static function ($level, $text, $file, $line) {
    if (!(error_reporting() & $level)) {
        return false;
    }
    throw new ErrorException($text, 0, $level, $file, $line);
});

const SECRET = 'whsec_TmV3IHNlY3JldCBvZiB0aGUgZGVzaywgMzIgYnl0ZXM=';
const OTHER = 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

$folder = sys_get_temp_dir() . '/portreeve-addon-' . bin2hex(random_bytes(6));
mkdir($folder);
putenv("PORTREEVE_STUB_DB=$folder/whmcs.sqlite");
putenv('PORTREEVE_STUBS=' . __DIR__ . '/stubs');
putenv("PORTREEVE_DESK=$folder");
require __DIR__ . '/stubs/whmcs.php';
$addon = dirname(__DIR__) . '/modules/addons/portreeve';
require "$addon/portreeve.php";
require "$addon/hooks.php";

/** A web server of PHP on a free port; ended at the end by its process id. */
function serve(array $arguments): int
{
    static $running = [];
    $probe = stream_socket_server('tcp://127.0.0.1:0');
    $port = (int) substr((string) strrchr(stream_socket_get_name($probe, false), ':'), 1);
    fclose($probe);
    $nowhere = ['file', '/dev/null', 'w'];
    $process = proc_open(array_merge([PHP_BINARY, '-S', "127.0.0.1:$port"], $arguments), [['pipe', 'r'], $nowhere, $nowhere], $pipes);
    $running[] = $process;
    register_shutdown_function(static function () use ($process) {
        proc_terminate($process);
    });
    for ($n = 0; $n < 200; $n++) {
        $there = @fsockopen('127.0.0.1', $port);
        if ($there) {
            fclose($there);
            return $port;
        }
        usleep(20000);
    }
    throw new RuntimeException('the web server did not start');
}

/** The addon in a site of its own, as it is copied into WHMCS. */
function site(string $folder, string $addon): int
{
    $place = "$folder/site/modules/addons";
    mkdir($place, 0700, true);
    exec('cp -r ' . escapeshellarg($addon) . ' ' . escapeshellarg($place));
    copy(__DIR__ . '/stubs/init.php', "$folder/site/init.php");
    return serve(['-t', "$folder/site"]);
}

function same($expected, $actual, string $what = ''): void
{
    if ($expected !== $actual) {
        throw new Exception("$what expected " . json_encode($expected) . ', is ' . json_encode($actual));
    }
}

function holds(bool $is, string $what): void
{
    if (!$is) {
        throw new Exception($what);
    }
}

/** Everything as it is after the addon was switched on and set up. */
function fresh(): void
{
    global $folder, $desk;
    $pdo = Stub\Connection::pdo();
    foreach ($pdo->query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")->fetchAll(PDO::FETCH_COLUMN) as $table) {
        $pdo->exec("DROP TABLE \"$table\"");
    }
    $pdo->exec('CREATE TABLE tbladdonmodules (module, setting, value)');
    $pdo->exec('CREATE TABLE tblhosting (id INTEGER, userid INTEGER, packageid INTEGER, server INTEGER, domain, username, password, domainstatus, suspendreason, dedicatedip, assignedips, overideautosuspend, overidesuspenduntil)');
    $pdo->exec('CREATE TABLE tblproducts (id INTEGER, name)');
    $pdo->exec('CREATE TABLE tblservers (id INTEGER, name)');
    $pdo->exec('CREATE TABLE tblclients (id INTEGER, firstname, lastname, companyname, email, language, password)');
    $pdo->exec('CREATE TABLE tblusers_clients (auth_user_id INTEGER, client_id INTEGER, owner INTEGER, permissions)');
    $pdo->exec("INSERT INTO tblusers_clients VALUES (3, 7, 1, '')");
    $pdo->exec('CREATE TABLE tbladmins (id INTEGER, language, username)');
    $pdo->exec("INSERT INTO tbladmins VALUES (4, 'german', 'ad&lt;min')");
    $pdo->exec('CREATE TABLE tblinvoices (id INTEGER, userid INTEGER)');
    $pdo->exec('CREATE TABLE tblupgrades (id INTEGER, type, relid INTEGER)');
    $pdo->exec("INSERT INTO tblproducts VALUES (1, 'Web &amp; Mail')");
    $pdo->exec("INSERT INTO tblservers VALUES (1, 'Saturn')");
    $pdo->exec("INSERT INTO tblclients VALUES (7, 'Ada', 'O&#039;Byrne', '', 'ada@example.com', 'german', 'hunter2')");
    $pdo->exec("INSERT INTO tblhosting VALUES (17, 7, 1, 1, 'shop.example.com', 'shop', 'hunter2', 'Active', '', '192.0.2.17', '192.0.2.18', '1', '2999-12-31')");
    $pdo->exec("INSERT INTO tblhosting VALUES (18, 7, 1, 1, '', 'blog', 'hunter2', 'Suspended', 'Overdue on Payment', '', '', '', '0000-00-00')");
    $pdo->exec('INSERT INTO tblinvoices VALUES (5, 7)');
    $pdo->exec("INSERT INTO tblupgrades VALUES (3, 'package', 18), (4, 'addon', 17)");
    same('success', portreeve_activate()['status']);
    foreach (['desk_url' => "http://127.0.0.1:$desk/", 'secret' => SECRET, 'veto' => 'on', 'menu' => 'on', 'notice' => 'on', 'lockdown' => 'on'] as $name => $value) {
        set($name, $value);
    }
    file_put_contents("$folder/calls", '');
    file_put_contents("$folder/secret", SECRET);
    answers([['status' => 202, 'body' => ['result' => 'taken']]]);
    $GLOBALS['stub_activity'] = [];
    $GLOBALS['stub_checked_before'] = $GLOBALS['stub_token_checked'];
    $GLOBALS['stub_user'] = [null, null, false];
    $_GET = [];
    $_SESSION = [];
    unset($GLOBALS['CONFIG']);
    Settings::forget();
    Standings::forget();
    array_map('unlink', glob(sys_get_temp_dir() . '/portreeve-' . '????????????????????????????????') ?: []);
}

function set(string $name, string $value): void
{
    Capsule::table('tbladdonmodules')->where('module', 'portreeve')->where('setting', $name)->delete();
    Capsule::table('tbladdonmodules')->insert(['module' => 'portreeve', 'setting' => $name, 'value' => $value]);
    Settings::forget();
}

/** What the desk answers, one call after another; the last one from then on. */
function answers(array $answers): void
{
    file_put_contents(getenv('PORTREEVE_DESK') . '/answers', json_encode($answers));
}

function calls(): array
{
    $lines = array_filter(explode("\n", (string) file_get_contents(getenv('PORTREEVE_DESK') . '/calls')));
    return array_map(static function ($line) {
        return json_decode($line, true);
    }, array_values($lines));
}

function state(array $services, array $more = []): array
{
    $body = $more + [
        'as_of' => 1000, 'directory' => 'whmcs', 'lockdown' => 'no', 'customer_area' => 'https://abuse.example.com/client',
        'staff_area' => 'https://abuse.example.com/admin', 'counts' => ['open' => 2, 'queued' => 1, 'waiting_for_staff' => 1, 'awaiting_approval' => 0],
        'oldest' => [], 'services' => $services, 'next' => null,
    ];
    return ['status' => 200, 'body' => $body];
}

function service(int $id, int $holds, int $open = 0, int $unanswered = 0): array
{
    return ['service_id' => $id, 'client_id' => '7', 'holds' => $holds, 'open' => $open, 'unanswered' => $unanswered, 'oldest_open_at' => null];
}

function settings(): Settings
{
    return Settings::load();
}

function rows(): array
{
    return Capsule::table(Outbox::TABLE)->orderBy('id')->get()->toArray();
}

/** Posts to the addon's endpoint. */
function tell(string $body, string $secret = SECRET, int $late = 0): array
{
    global $site;
    $at = time() - $late;
    $curl = curl_init("http://127.0.0.1:$site/modules/addons/portreeve/desk.php");
    curl_setopt_array($curl, [
        CURLOPT_POST => true, CURLOPT_POSTFIELDS => $body, CURLOPT_RETURNTRANSFER => true,
        CURLOPT_HTTPHEADER => ['webhook-id: state_1', "webhook-timestamp: $at", 'webhook-signature: ' . Signature::sign($secret, 'state_1', $at, $body)],
    ]);
    $answer = (string) curl_exec($curl);
    return [curl_getinfo($curl, CURLINFO_RESPONSE_CODE), $answer];
}

function pushed(array $services, int $asOf = 1000, string $lockdown = 'no'): string
{
    return (string) json_encode(['type' => 'service.state', 'data' => ['as_of' => $asOf, 'lockdown' => $lockdown, 'services' => $services]]);
}

/** What a page's hook answers; true when it led away. */
function visit(array $vars, array $get = [], array $server = []): bool
{
    global $folder;
    $code = '<?php require getenv("PORTREEVE_STUBS") . "/whmcs.php"; require ' . var_export(dirname(__DIR__) . '/modules/addons/portreeve/hooks.php', true) . ';'
        . '$GLOBALS["stub_user"] = ' . var_export($GLOBALS['stub_user'], true) . '; $_GET = ' . var_export($get, true) . ';'
        . '$_SERVER = ' . var_export($server, true) . ' + $_SERVER; stub_run_hook("ClientAreaPage", ' . var_export($vars, true) . '); echo "stays";';
    file_put_contents("$folder/visit.php", $code);
    return strpos((string) shell_exec(PHP_BINARY . ' ' . escapeshellarg("$folder/visit.php")), 'stays') === false;
}

$tests = [];

$tests['the published vector of Standard Webhooks comes out, and is believed for five minutes'] = function () {
    $secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    [$id, $at, $body] = ['msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}'];
    $signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
    same($signature, Signature::sign($secret, $id, $at, $body));
    same(null, Signature::refusal($secret, $id, (string) $at, $signature, $body, $at + 300));
    same('timestamp', Signature::refusal($secret, $id, (string) $at, $signature, $body, $at + 301));
    same('signature', Signature::refusal($secret, $id, (string) $at, $signature, "$body ", $at));
    same('signature', Signature::refusal(OTHER, $id, (string) $at, $signature, $body, $at));
    same('incomplete', Signature::refusal($secret, $id, '', $signature, $body, $at));
    $both = OTHER . "\n$secret";
    same(null, Signature::refusal($both, $id, (string) $at, $signature, $body, $at), 'while secrets are exchanged');
    same(2, count(explode(' ', Signature::sign($both, $id, $at, $body))));
    same('signature', Signature::refusal('', $id, (string) $at, $signature, $body, $at), 'no secret believes nothing');
};

$tests['switching on makes the tables, twice does no harm, switching off keeps them'] = function () {
    same('success', portreeve_activate()['status']);
    portreeve_upgrade(['version' => '0.9']);
    same('success', portreeve_deactivate()['status']);
    holds(Capsule::schema()->hasTable(Outbox::TABLE), 'the outbox is there');
    same(['desk_url', 'directory', 'secret', 'veto', 'menu', 'notice', 'lockdown', 'spared'], array_keys(portreeve_config()['fields']));
};

$tests['a change is told as the service is when it is told, once, without passwords and entities'] = function () {
    stub_run_hook('AfterModuleSuspend', ['params' => ['serviceid' => 17]]);
    stub_run_hook('AdminServiceEdit', ['userid' => 7, 'serviceid' => 17]);
    same(1, count(rows()), 'one waiting row');
    Capsule::table('tblhosting')->where('id', 17)->update(['dedicatedip' => '192.0.2.99']);
    same(1, (new Desk(settings()))->send(10, 10));
    $call = calls()[0];
    same(['/bridge/v1/whmcs/events', null], [$call['path'], $call['refusal']]);
    $data = $call['body']['data'];
    same('192.0.2.99', $data['service']['dedicated_ip']);
    same([true, '2999-12-31'], [$data['service']['no_auto_suspend'], $data['service']['no_auto_suspend_until']]);
    same(['Web & Mail', "O'Byrne", 'german', 7], [$data['service']['product'], $data['customer']['last_name'], $data['customer']['language'], $data['service']['client_id']]);
    holds(strpos($call['raw'], 'hunter2') === false, 'no password is told');
    same([], rows());
};

$tests['every hook that changes something leaves a row, and none calls the desk'] = function () {
    foreach (['Create', 'Suspend', 'Unsuspend', 'Terminate', 'ChangePackage'] as $act) {
        stub_run_hook("AfterModule$act", ['params' => ['serviceid' => 17]]);
    }
    stub_run_hook('ServiceEdit', ['serviceid' => 17]);
    stub_run_hook('ClientEdit', ['userid' => 7]);
    stub_run_hook('AfterProductUpgrade', ['upgradeid' => 3]);
    stub_run_hook('AfterProductUpgrade', ['upgradeid' => 4]);
    foreach (['InvoicePaid', 'InvoiceRefunded', 'InvoiceCancelled', 'InvoiceUnpaid'] as $hook) {
        stub_run_hook($hook, ['invoiceid' => 5]);
    }
    stub_run_hook('ServiceDelete', ['serviceid' => 17]);
    $shown = array_map(static function ($row) {
        return "$row->type $row->subject_id";
    }, rows());
    same(['service.changed 18', 'invoice.paid 5', 'invoice.refunded 5', 'invoice.cancelled 5', 'invoice.unpaid 5', 'service.removed 17'], $shown);
    same([], calls());
    (new Desk(settings()))->send(10, 10);
    same(['invoice_id' => 5, 'client_id' => 7], calls()[1]['body']['data']);
    same(['service_id' => 17], calls()[5]['body']['data']);
};

$tests['a desk that is away keeps everything waiting, and the same content goes out under the same id'] = function () {
    Outbox::serviceChanged(17, 'test');
    Outbox::serviceChanged(18, 'test');
    answers([['status' => 503, 'body' => []], ['status' => 401, 'body' => ['message' => 'no']], ['status' => 202, 'body' => []]]);
    $desk = new Desk(settings());
    same(0, $desk->send(10, 10));
    same([1, 0], [(int) rows()[0]->tries, (int) rows()[1]->tries], 'it is away for all of them');
    same(0, $desk->send(10, 10), 'the first not before its time, the second is not believed');
    foreach (rows() as $row) {
        Outbox::retry((int) $row->id);
    }
    same(2, $desk->send(10, 10));
    $ids = array_column(calls(), 'id');
    same([$ids[0], $ids[1]], [$ids[2], $ids[3]]);
    set('desk_url', 'http://127.0.0.1:1');
    Outbox::serviceChanged(17, 'test');
    same(0, (new Desk(settings()))->send(10, 10));
    holds(strpos(rows()[0]->last_error, 'cannot be reached') !== false, rows()[0]->last_error);
};

$tests['what changes after a try goes out under a new id, so that it is not taken for the old one'] = function () {
    Outbox::serviceChanged(17, 'test');
    answers([['status' => 503, 'body' => []], ['status' => 202, 'body' => []]]);
    $desk = new Desk(settings());
    $desk->send(10, 10);
    Outbox::serviceChanged(17, 'test');
    same(1, $desk->send(10, 10));
    holds(calls()[0]['id'] !== calls()[1]['id'], 'a new id');
    // While it was sent, it changed once more.
    Outbox::serviceChanged(17, 'test');
    $row = rows()[0];
    Outbox::serviceChanged(17, 'test');
    Outbox::sent($row);
    same(1, count(rows()), 'what changed meanwhile stays');
};

$tests['what the desk can never take is kept for a person, and the rest goes on'] = function () {
    Outbox::serviceChanged(17, 'test');
    Outbox::invoice('invoice.paid', 5);
    answers([['status' => 400, 'body' => ['message' => 'the body <b>cannot</b> be read']], ['status' => 202, 'body' => []]]);
    same(1, (new Desk(settings()))->send(10, 10));
    same(['waiting' => 0, 'dead' => 1], Outbox::counts());
    ob_start();
    portreeve_output(['modulelink' => 'addonmodules.php?module=portreeve']);
    $page = (string) ob_get_clean();
    holds(strpos($page, 'cannot&lt;/b&gt; be read') !== false && strpos($page, '<b>cannot') === false, $page);
    $_SERVER['REQUEST_METHOD'] = 'POST';
    $_POST = ['act' => 'retry', 'id' => rows()[0]->id];
    ob_start();
    portreeve_output(['modulelink' => 'x']);
    ob_end_clean();
    $_SERVER['REQUEST_METHOD'] = 'GET';
    same(1, $GLOBALS['stub_token_checked'], 'the form has a token of its own');
    same(['waiting' => 1, 'dead' => 0], Outbox::counts());
};

$tests['the cron job sends, and takes in the whole state by pages'] = function () {
    Outbox::serviceChanged(17, 'test');
    Standings::apply([service(99, 1)], 500);
    Standings::apply([service(98, 1)], 2000);
    answers([['status' => 202, 'body' => []], state([service(17, 1, 1, 1)], ['next' => 17]), state([service(18, 0, 1)])]);
    stub_run_hook('AfterCronJob');
    same([['after' => 0], ['after' => 17]], [calls()[1]['body'], calls()[2]['body']]);
    same([1, 0], [Standings::holds(17), Standings::holds(99)], 'what is older and not named has nothing left');
    same(1, Standings::holds(98), 'what was told later stays');
    same(['holds' => 2, 'open' => 2, 'unanswered' => 1], Standings::ofClient(7));
    same([], $GLOBALS['stub_activity']);
};

$tests['a state that is tampered with, or an answer to another question, is not taken'] = function () {
    foreach ([['tampered' => true], ['id' => 'ask_other']] as $odd) {
        answers([$odd + state([service(17, 1)])]);
        holds(strpos((string) (new Desk(settings()))->pull(), 'not signed') !== false, json_encode($odd));
        same(0, Standings::holds(17));
    }
    file_put_contents(getenv('PORTREEVE_DESK') . '/secret', OTHER);
    answers([state([service(17, 1)])]);
    holds(strpos((string) (new Desk(settings()))->pull(), 'not signed') !== false, 'another secret');
    file_put_contents(getenv('PORTREEVE_DESK') . '/secret', SECRET);
    answers([state([service(17, 1)], ['directory' => 'other'])]);
    holds(strpos((string) (new Desk(settings()))->pull(), 'another directory') !== false, 'another directory');
    answers([state([service(17, 1)], ['next' => 17]), state([service(17, 1)], ['next' => 17])]);
    holds(strpos((string) (new Desk(settings()))->pull(), 'in circles') !== false, 'in circles');
    same(0, Standings::holds(17));
    foreach ([[404, 'no bridge'], [401, 'does not believe'], [500, 'status 500']] as [$status, $words]) {
        answers([['status' => $status, 'body' => []]]);
        holds(strpos((string) (new Desk(settings()))->pull(), $words) !== false, $words);
    }
    stub_run_hook('AfterCronJob');
    same(1, count($GLOBALS['stub_activity']), 'the cron job says so in the log');
};

$tests['the desk is believed for its signature, and what is older does not undo what is newer'] = function () {
    same(200, tell(pushed([service(17, 1, 1, 1)], 1000, 'strict'))[0]);
    same([1, 'strict'], [Standings::holds(17), Standings::value('lockdown')]);
    same(200, tell(pushed([service(17, 0)], 999, 'no'))[0]);
    same([1, 'strict'], [Standings::holds(17), Standings::value('lockdown')]);
    same(200, tell(pushed([service(17, 0)], 1001))[0]);
    same(0, Standings::holds(17));
    same(401, tell(pushed([service(17, 1)], 2000), OTHER)[0]);
    same(401, tell(pushed([service(17, 1)], 2000), SECRET, 400)[0]);
    same(400, tell('[]')[0]);
    same(413, tell(str_repeat(' ', 300000))[0]);
    same(0, Standings::holds(17));
    set('secret', '');
    same(404, tell(pushed([service(17, 1)], 2000))[0]);
};

$tests['nothing but the desk gives back what a report holds'] = function () {
    $ask = ['params' => ['serviceid' => 17]];
    same(null, stub_run_hook('PreModuleUnsuspend', $ask));
    Standings::apply([service(17, 1)], 1000);
    same(['abortcmd' => true], stub_run_hook('PreModuleUnsuspend', $ask));
    same('unsuspend.vetoed', rows()[0]->type);
    holds(strpos($GLOBALS['stub_activity'][0], 'service 17 stays suspended') !== false, 'the log says so');
    Standings::apply([service(17, 0)], 1001);
    same(null, stub_run_hook('PreModuleUnsuspend', $ask), 'the desk has said that it holds nothing more');
    Standings::apply([service(17, 1)], 1002);
    set('veto', '');
    same(null, stub_run_hook('PreModuleUnsuspend', $ask));
};

$tests['a hold vetoes even when the desk cannot be told of it'] = function () {
    $service = ['service_id' => 17, 'client_id' => '7', 'holds' => 1, 'open' => 1, 'unanswered' => 1];
    Standings::apply([$service], 1000);
    Stub\Connection::pdo()->exec('DROP TABLE mod_portreeve_outbox');
    same(['abortcmd' => true], stub_run_hook('PreModuleUnsuspend', ['params' => ['serviceid' => 17]]));
};

$tests['what is older than the last full state, or says no figures, changes nothing; what is as new counts'] = function () {
    $held = ['service_id' => 17, 'client_id' => '7', 'holds' => 1, 'open' => 1, 'unanswered' => 1];
    Standings::forgetOlderThan(2000);
    Standings::apply([$held], 1000);
    same(0, Standings::holds(17), 'a late message');
    Standings::apply([$held], 3000);
    Standings::apply([['service_id' => 17]], 4000);
    same(1, Standings::holds(17), 'no figures');
    Standings::apply([['holds' => 0] + $held], 3000);
    same(0, Standings::holds(17), 'as new');
};

$tests['a change while the row before it is sent is not lost'] = function () {
    Outbox::serviceChanged(17, 'first');
    Stub\Connection::pdo()->exec("CREATE TRIGGER taken BEFORE UPDATE ON mod_portreeve_outbox WHEN NEW.cause = 'second' BEGIN DELETE FROM mod_portreeve_outbox WHERE id = OLD.id; END");
    Outbox::serviceChanged(17, 'second');
    same(['waiting' => 1, 'dead' => 0], Outbox::counts());
};

$tests['a service that is gone from the database is told as removed'] = function () {
    Outbox::serviceChanged(404, 'ServiceEdit');
    same('service.removed', Portreeve\Messages::compose(Outbox::due(time(), 1)[0], time())['type']);
};

$tests['a setting that was never stored is on'] = function () {
    Capsule::table('tbladdonmodules')->where('setting', 'veto')->delete();
    Settings::forget();
    holds(Settings::load()->isOn('veto'), 'veto');
    set('veto', '');
    holds(!Settings::load()->isOn('veto'), 'a box without a tick');
};

$tests['a desk that is away is written down once, and once when it is back'] = function () {
    set('desk_url', 'http://127.0.0.1:9');
    for ($n = 0; $n < 3; $n++) {
        stub_run_hook('AfterCronJob');
    }
    same(1, count($GLOBALS['stub_activity']));
};

$tests['lockdown knows a route in each of the three ways, and where it leads from any of them'] = function () {
    foreach (['', '/billing'] as $base) {
        $server = ['SCRIPT_NAME' => "$base/index.php"];
        foreach (['/account/paymentmethods', '/invoice/12/process', '/password/reset/begin', '/two-factor/challenge', '/user/password', '/user/accounts', '/store/vps'] as $route) {
            $ways = [
                [['REQUEST_URI' => "$base$route?x=1"], []],
                [['REQUEST_URI' => "$base/index.php$route"], []],
                [['REQUEST_URI' => "$base/index.php?rp=$route"], ['rp' => $route]],
            ];
            foreach ($ways as [$more, $query]) {
                same($route, Lockdown::route($server + $more, $query));
                $page = ['script' => 'index', 'action' => '', 'module' => '', 'route' => $route, 'type' => ''];
                same($route !== '/store/vps', Lockdown::spares($page), $route);
                same(false, Lockdown::spares(['script' => 'cart'] + $page), "cart with $route");
            }
        }
        same($base, Lockdown::base([], $server));
        $deeper = ['SCRIPT_NAME' => "$base/oauth/authorize.php"];
        same($base, Lockdown::base(['WEB_ROOT' => $base], $deeper), 'as WHMCS tells');
        same("https://example.com$base", Lockdown::base(['systemurl' => "https://example.com$base/"], $deeper));
    }
    same(false, Lockdown::spares(['script' => 'clientarea', 'action' => 'services', 'module' => 'portreeve', 'route' => '', 'type' => '']));
    same(true, Lockdown::spares(['script' => 'dl', 'action' => '', 'module' => '', 'route' => '', 'type' => 'a']));
};

$tests['the form of single sign-on is none that WHMCS would put a token of its own into'] = function () use ($addon) {
    $form = (string) file_get_contents("$addon/templates/signon.tpl");
    same(0, preg_match('/<form\b[^>]*\bmethod=/i', preg_replace('/\{\*.*?\*\}/s', '', $form)));
    holds(strpos($form, 'formmethod="post"') !== false && strpos($form, '{$token') === false, 'the button posts, and {$token} is left to WHMCS');
};

$tests['a customer who is logged in gets a token for a minute, and a stranger has to log in'] = function () {
    $page = portreeve_clientarea([]);
    same([true, 'templates/not-ready'], [$page['requirelogin'], $page['templatefile']]);
    $GLOBALS['stub_user'] = [7, 3, true];
    $_GET['report'] = '92';
    $page = portreeve_clientarea([]);
    holds(substr($page['vars']['action'], -11) === '/client/sso', $page['vars']['action']);
    [$payload, $signature] = explode('.', $page['vars']['portreeve_token']);
    $claims = json_decode((string) base64_decode(strtr($payload, '-_', '+/')), true);
    same(['whmcs', '7', '3', true, '/client/reports/92', 60], [$claims['iss'], $claims['client_id'], $claims['user_id'], $claims['masquerading'], $claims['return_to'], $claims['exp'] - $claims['iat']]);
    same(Signature::ofText(SECRET, "portreeve-sso-v1.$payload"), $signature);
    $again = portreeve_clientarea([]);
    holds($again['vars']['portreeve_token'] !== $page['vars']['portreeve_token'], 'no two are alike');
    $_GET['report'] = '92/../../admin';
    $claims = json_decode((string) base64_decode(strtr(explode('.', portreeve_clientarea([])['vars']['portreeve_token'])[0], '-_', '+/')), true);
    same('/client', $claims['return_to']);
    set('secret', 'nonsense');
    same('templates/not-ready', portreeve_clientarea([])['templatefile']);
};

$tests['the menu and the first page tell of open reports, in the language of the customer'] = function () {
    $bar = new Stub\Item();
    stub_run_hook('ClientAreaPrimaryNavbar', $bar);
    same([], $bar->children, 'nobody is logged in');
    $GLOBALS['stub_user'] = [7, 3, false];
    stub_run_hook('ClientAreaPrimaryNavbar', $bar);
    same('Missbrauchsmeldungen', $bar->children['portreeve']->attributes['label']);
    $panels = new Stub\Item();
    stub_run_hook('ClientAreaHomepagePanels', $panels);
    same([], $panels->children);
    Standings::apply([service(17, 1, 2, 1)], 1000);
    stub_run_hook('ClientAreaPrimaryNavbar', $bar);
    same('Missbrauchsmeldungen (2)', $bar->children['portreeve']->attributes['label']);
    stub_run_hook('ClientAreaHomepagePanels', $panels);
    holds(strpos($panels->children['portreeve']->body, 'Offene Meldungen: 2') !== false, $panels->children['portreeve']->body);
    set('notice', '');
    set('menu', '');
    $none = new Stub\Item();
    stub_run_hook('ClientAreaPrimaryNavbar', $none);
    stub_run_hook('ClientAreaHomepagePanels', $none);
    same([], $none->children);
};

$tests['the secret is read however WHMCS stores it, and never taken for one because it is base64'] = function () {
    foreach (['as it was typed' => SECRET, 'encrypted' => 'enc:' . base64_encode(SECRET), 'for the model alone' => 'model:' . base64_encode(SECRET), 'two of them' => SECRET . ' ' . OTHER] as $how => $stored) {
        set('secret', $stored);
        same(null, settings()->missing(), $how);
        same($how === 'two of them' ? $stored : SECRET, settings()->secret(), $how);
    }
    set('secret', base64_encode(random_bytes(48)));
    same(['secret', 'admin_bad_secret'], [settings()->missing(), settings()->trouble()]);
    set('secret', '');
    same(['secret', 'admin_no_secret'], [settings()->missing(), settings()->trouble()]);
    set('desk_url', 'abuse.example.com');
    same(['desk_url', 'admin_bad_address'], [settings()->missing(), settings()->trouble()]);
    set('desk_url', '');
    same('admin_no_address', settings()->trouble());
};

$tests['the box on the first page has an id for HTML, and asks for a permission'] = function () {
    $widget = new Portreeve\Widget();
    same(1, preg_match('/^[A-Za-z][A-Za-z0-9_]*$/', $widget->getId()), $widget->getId());
    $permission = (new ReflectionProperty($widget, 'requiredPermission'));
    $permission->setAccessible(true);
    holds($permission->getValue($widget) !== '', 'a permission');
};

$tests['words are in the language of the visit, else of the account, else of WHMCS'] = function () {
    $said = static function (): string {
        $bar = new Stub\Item();
        stub_run_hook('ClientAreaPrimaryNavbar', $bar);
        return $bar->children['portreeve']->attributes['label'];
    };
    $GLOBALS['stub_user'] = [7, 3, false];
    same('Missbrauchsmeldungen', $said(), 'the account');
    $_SESSION['Language'] = 'english';
    same('Abuse reports', $said(), 'the visit');
    unset($_SESSION['Language']);
    Capsule::table('tblclients')->where('id', 7)->update(['language' => '']);
    same('Abuse reports', $said(), 'nobody says which');
    $GLOBALS['CONFIG'] = ['Language' => 'german'];
    same('Missbrauchsmeldungen', $said(), 'WHMCS');
    $_SESSION['adminid'] = 4;
    $GLOBALS['CONFIG'] = ['Language' => 'english'];
    same(['Missbrauchsmeldungen'], array_keys(stub_run_hook('AdminClientServicesTabFields', ['id' => 17])), 'the administrator');
};

$tests['an addon of a held product is given back, and nobody is told that the product was'] = function () {
    Standings::apply([service(17, 1)], 1000);
    same(null, stub_run_hook('PreModuleUnsuspend', ['params' => ['serviceid' => 17, 'addonId' => 9]]));
    stub_run_hook('AfterModuleUnsuspend', ['params' => ['serviceid' => 17, 'addonId' => 9]]);
    same([], rows());
    same(['abortcmd' => true], stub_run_hook('PreModuleUnsuspend', ['params' => ['serviceid' => 17, 'addonId' => 0]]));
};

$tests['a user sees and does what the owner of the account has allowed'] = function () {
    $claims = static function (): ?array {
        $page = portreeve_clientarea([]);
        if (!isset($page['vars']['portreeve_token'])) {
            return null;
        }
        return json_decode((string) base64_decode(strtr(explode('.', $page['vars']['portreeve_token'])[0], '-_', '+/')), true);
    };
    $GLOBALS['stub_user'] = [7, 3, false];
    same([true, 'user3@example.com'], [$claims()['may_act'], $claims()['user']], 'the owner');
    foreach (['invoices' => null, 'products' => false, 'products,manageproducts' => true, '' => null] as $permissions => $acts) {
        Capsule::table('tblusers_clients')->where('auth_user_id', 3)->update(['owner' => 0, 'permissions' => $permissions]);
        same($acts, $claims()['may_act'] ?? null, $permissions);
    }
    holds(strpos(portreeve_clientarea([])['vars']['text'], 'Inhaber') !== false, 'whom to ask');
    $GLOBALS['stub_user'] = [7, 99, false];
    same(null, $claims(), 'a user of another account');
    Stub\Connection::pdo()->exec('DROP TABLE tblusers_clients');
    same(true, $claims()['may_act'], 'a WHMCS without users');
};

$tests['reports are shown on every page and on the page of their product, to whose they are'] = function () {
    $GLOBALS['stub_user'] = [7, 3, false];
    $product = ['service' => (object) ['id' => 17]];
    same([null, ''], [stub_run_hook('ClientAlert'), stub_run_hook('ClientAreaProductDetailsOutput', $product)]);
    Standings::apply([service(17, 1, 1, 1)], 1000);
    same(['warning', 'index.php?m=portreeve'], [stub_run_hook('ClientAlert')->severity, stub_run_hook('ClientAlert')->link]);
    holds(strpos(stub_run_hook('ClientAreaProductDetailsOutput', $product), 'gesperrt') !== false, 'the product is held');
    Standings::apply([service(17, 0, 1, 1)], 1001);
    holds(strpos(stub_run_hook('ClientAreaProductDetailsOutput', $product), 'liegen') !== false, 'it is not');
    $GLOBALS['stub_user'] = [8, 5, false];
    same('', stub_run_hook('ClientAreaProductDetailsOutput', $product), 'somebody else');
};

$tests['the services of a client who was merged are the other one\'s at once'] = function () {
    Standings::apply([service(17, 1, 1, 1)], 1000);
    Capsule::table('tblhosting')->where('userid', 7)->update(['userid' => 9]);
    stub_run_hook('AfterClientMerge', ['fromUserID' => 7, 'toUserID' => 9]);
    same([0, 1], [Standings::ofClient(7)['open'], Standings::ofClient(9)['open']]);
    same(['service.changed 17', 'service.changed 18'], array_map(static function ($row) {
        return "$row->type $row->subject_id";
    }, rows()));
};

$tests['an order that a module did not carry out is told with the module\'s words, and so is the end of the addon'] = function () {
    stub_run_hook('AfterModuleSuspendFailed', ['params' => ['serviceid' => 17], 'failureResponseMessage' => 'Module Not Found']);
    (new Desk(settings()))->send(10, 10);
    same(['service_id' => 17, 'why' => 'suspend: Module Not Found'], calls()[0]['body']['data']);
    $said = portreeve_deactivate()['description'];
    same('addon.off', calls()[1]['body']['type']);
    holds(strpos($said, 'The desk was told') !== false, $said);
    set('desk_url', 'http://127.0.0.1:1');
    holds(strpos(portreeve_deactivate()['description'], 'could not be told') !== false, 'it is away');
};

$tests['the health page says what is missing, late or wrong'] = function () {
    $page = static function (): string {
        ob_start();
        portreeve_output(['modulelink' => 'x']);
        return (string) ob_get_clean();
    };
    holds(strpos($page(), 'has not run since') !== false, 'no cron job');
    answers([state([], ['as_of' => (time() + 600) * 1000])]);
    stub_run_hook('AfterCronJob');
    holds(strpos($page(), 'last ran at') !== false && strpos($page(), 'differs from this one by') !== false, $page());
    same(2, substr_count($page(), 'label-danger') + 1, 'the clock alone');
    Standings::set('cron_at', (string) (time() - 3600));
    same(2, substr_count($page(), 'label-danger'), 'and the cron job');
    Stub\Connection::pdo()->exec('DROP TABLE ' . Standings::SERVICES);
    same([false], array_column(array_filter(Portreeve\Health::look(settings(), time()), static function ($check) {
        return $check['what'] === 'health_no_tables';
    }), 'good'));
};

$tests['the same failure is written down once, whatever curl measured, and a broken hook once an hour'] = function () {
    $GLOBALS['stub_user'] = [7, 3, false];
    Stub\Connection::pdo()->exec('DROP TABLE ' . Standings::SERVICES);
    for ($n = 0; $n < 3; $n++) {
        stub_run_hook('ClientAlert');
    }
    same(1, count($GLOBALS['stub_activity']));
};

$tests['a new report is a click away from a client and from a service'] = function () {
    Standings::set('staff_area', 'https://abuse.example.com/admin');
    $links = stub_run_hook('AdminAreaClientSummaryActionLinks', ['userid' => 7]);
    same(2, count($links));
    holds(strpos($links[0], '/admin/reports/new?service=whmcs%3A17') !== false, $links[0]);
    holds(strpos(stub_run_hook('AdminClientServicesTabFields', ['id' => 17])['Abuse reports'], 'reports/new?service=whmcs%3A17') !== false, 'the service');
};

$tests['words of the host stand before ours'] = function () use ($addon) {
    mkdir("$addon/lang/overrides");
    file_put_contents("$addon/lang/overrides/english.php", '<?php $_ADDONLANG["menu"] = "Abuse desk";');
    $menu = Texts::load('english')['menu'];
    unlink("$addon/lang/overrides/english.php");
    rmdir("$addon/lang/overrides");
    same(['Abuse desk', 'Abuse reports'], [$menu, Texts::load('english')['menu']]);
};

$tests['lockdown: the modes, and the pages that are spared'] = function () {
    foreach ([['no', 5, 5, false], ['standard', 5, 0, false], ['standard', 5, 1, true], ['strict', 1, 0, true], ['strict', 0, 0, false], ['', 5, 5, false]] as [$mode, $open, $unanswered, $applies]) {
        same($applies, Lockdown::applies($mode, $open, $unanswered), "$mode $open $unanswered");
    }
    $page = ['script' => '', 'action' => '', 'module' => '', 'route' => '', 'type' => ''];
    foreach ([
        [['script' => 'clientarea'], false], [['script' => 'clientarea', 'action' => 'productdetails'], false],
        [['script' => 'clientarea', 'action' => 'invoices'], true], [['script' => 'clientarea', 'action' => 'masspay'], true],
        [['script' => 'viewinvoice'], true], [['script' => 'logout'], true], [['script' => 'login'], true],
        [['script' => 'submitticket'], true], [['script' => 'viewticket'], true], [['script' => 'cart'], false],
        [['script' => 'index', 'module' => 'portreeve'], true], [['script' => 'index', 'module' => 'other'], false],
        [['script' => 'index', 'route' => '/account/paymentmethods/add'], true], [['script' => 'index', 'route' => '/invoice/5/pay'], true],
        [['script' => 'index', 'route' => '/password/reset/begin'], true], [['script' => 'index', 'route' => '/store/vps'], false],
        [['script' => 'index', 'route' => '/invoices-of-others'], false], [['script' => 'index', 'route' => '/logout'], true],
        [['script' => 'dl', 'type' => 'i'], true], [['script' => 'dl', 'type' => 'd'], false], [['script' => 'viewbillingnote'], true], [['script' => 'index', 'route' => '/invite/abc'], true], [['script' => 'announcements'], false],
    ] as [$facts, $spared]) {
        same($spared, Lockdown::spares($facts + $page), (string) json_encode($facts));
    }
};

$tests['lockdown leads a customer to the reports, and nobody else'] = function () {
    $home = ['filename' => 'clientarea'];
    Standings::apply([service(17, 1, 1, 1)], 1000);
    Standings::set('lockdown', 'standard');
    Standings::set('pulled_at', (string) time());
    same(false, visit($home), 'nobody is logged in');
    $GLOBALS['stub_user'] = [7, 3, false];
    same(true, visit($home));
    same(false, visit(['filename' => 'viewinvoice']));
    same(false, visit(['filename' => 'index'], ['m' => 'portreeve']));
    same(true, visit($home, [], ['HTTP_X_REQUESTED_WITH' => 'XMLHttpRequest']), 'a header is no way round');
    same(true, visit(['filename' => 'announcements']));
    set('spared', 'announcements, m=identity /knowledgebase');
    same(false, visit(['filename' => 'announcements']), 'spared by the host');
    same(false, visit(['filename' => 'index'], ['m' => 'identity']));
    same(false, visit(['filename' => 'index'], ['rp' => '/knowledgebase/5']));
    same(true, visit(['filename' => 'index'], ['m' => 'other']));
    same(true, visit(['filename' => 'index'], ['rp' => '/login'], ['REQUEST_URI' => '/store/x?rp=/login', 'SCRIPT_NAME' => '/index.php']), 'the path counts');
    Capsule::table('tblusers_clients')->where('auth_user_id', 3)->update(['owner' => 0, 'permissions' => 'invoices']);
    same(false, visit($home), 'who may not answer');
    Capsule::table('tblusers_clients')->where('auth_user_id', 3)->update(['owner' => 1]);
    $GLOBALS['stub_user'] = [7, 3, true];
    same(false, visit($home), 'staff who look as the customer');
    $GLOBALS['stub_user'] = [8, 5, false];
    same(false, visit($home), 'another customer');
    $GLOBALS['stub_user'] = [7, 3, false];
    Standings::apply([service(17, 1, 1, 0)], 1001);
    same(false, visit($home), 'it was answered');
    Standings::set('lockdown', 'strict');
    same(true, visit($home));
    Standings::set('pulled_at', (string) (time() - 90000));
    same(false, visit($home), 'the desk has not been heard of for a day');
    Standings::set('pulled_at', (string) time());
    set('lockdown', '');
    same(false, visit($home), 'the addon is told not to');
};

$tests['staff see counts, the oldest reports and the reports of a service, and nothing that is not escaped'] = function () {
    $widget = stub_run_hook('AdminHomeWidgets');
    holds(strpos($widget->generateOutput($widget->getData()), 'not asked yet') !== false, 'before the first answer');
    $oldest = ['report_id' => 92, 'service_id' => 17, 'category' => '<script>alert(1)</script>', 'opened_at' => '2026-01-31T10:00:00Z'];
    answers([state([service(17, 1, 2, 1)], ['oldest' => [$oldest], 'staff_area' => 'https://abuse.example.com/admin/'])]);
    same(null, (new Desk(settings()))->pull());
    $html = $widget->generateOutput($widget->getData());
    holds(strpos($html, 'https://abuse.example.com/admin/reports/92') !== false && strpos($html, '<script>') === false, $html);
    holds(strpos($html, '<strong>2</strong> open') !== false, $html);
    $field = stub_run_hook('AdminClientServicesTabFields', ['id' => 17])['Abuse reports'];
    holds(strpos($field, 'reports?service=whmcs%3A17') !== false && strpos($field, '2 open, 1 of them') !== false, $field);
    holds(strpos((string) stub_run_hook('AdminAreaClientSummaryPage', ['userid' => 7]), '2 open') !== false, 'the summary');
    same('', stub_run_hook('AdminAreaClientSummaryPage', ['userid' => 8]));
    Standings::set('staff_area', 'javascript:alert(1)');
    holds(strpos($widget->generateOutput($widget->getData()), 'javascript') === false, 'no odd address becomes a link');
};

$tests['an administrator is taken to the desk by a token for staff, and nobody without an account is'] = function () {
    $open = static function (): string {
        $_SERVER['REQUEST_METHOD'] = 'POST';
        $_POST = ['act' => 'desk', 'id' => '0'];
        ob_start();
        portreeve_output(['modulelink' => 'addonmodules.php?module=portreeve']);
        $_SERVER['REQUEST_METHOD'] = 'GET';
        return (string) ob_get_clean();
    };
    $_SESSION['adminid'] = 0;
    holds(strpos($open(), '/admin/panel-sign-on') === false, 'nobody');
    $_SESSION['adminid'] = 4;
    $page = $open();
    holds(strpos($page, '/admin/panel-sign-on') !== false && !preg_match('/<form id="portreeve-desk"[^>]*method=/', $page), $page);
    same(1, preg_match('/name="token" value="([^"]+)"/', substr($page, (int) strpos($page, 'portreeve-desk')), $found));
    [$payload, $signature] = explode('.', $found[1]);
    $claims = json_decode((string) base64_decode(strtr($payload, '-_', '+/')), true);
    same(['whmcs', '4', 'ad<min', 60], [$claims['iss'], $claims['admin_id'], $claims['admin'], $claims['exp'] - $claims['iat']]);
    same(Signature::ofText(SECRET, "portreeve-staff-v1.$payload"), $signature);
    holds($signature !== Signature::ofText(SECRET, "portreeve-sso-v1.$payload"), 'no customer\'s token');
    same(2, $GLOBALS['stub_token_checked'] - $GLOBALS['stub_checked_before'], 'the form has a token of WHMCS\'s');
    set('secret', '');
    holds(strpos($open(), 'panel-sign-on') === false, 'not without a secret');
};

$tests['the addon page tries the connection and says what is wrong'] = function () {
    $try = static function (): string {
        $_SERVER['REQUEST_METHOD'] = 'POST';
        $_POST = ['act' => 'ask', 'id' => '0'];
        ob_start();
        portreeve_output(['modulelink' => 'addonmodules.php?module=portreeve']);
        $_SERVER['REQUEST_METHOD'] = 'GET';
        return (string) ob_get_clean();
    };
    answers([state([])]);
    holds(strpos($try(), 'both sides have the same secret') !== false, 'good');
    answers([['status' => 401, 'body' => ['message' => 'the timestamp is more than five minutes off; compare the clocks']]]);
    holds(strpos($try(), 'compare the clocks') !== false, 'bad');
    set('secret', '');
    holds(strpos($try(), 'The secret is not set') !== false, 'missing');
    set('secret', base64_encode(random_bytes(48)));
    holds(strpos($try(), 'cannot be read') !== false, 'not to be read');
};

$tests['a hook that fails takes no page down and says so in the log'] = function () {
    Stub\Connection::pdo()->exec('DROP TABLE ' . Standings::SERVICES);
    same(null, stub_run_hook('PreModuleUnsuspend', ['params' => ['serviceid' => 17]]));
    holds(strpos($GLOBALS['stub_activity'][0] ?? '', 'PreModuleUnsuspend failed') !== false, json_encode($GLOBALS['stub_activity']));
};

$tests['every language has the same words with the same places'] = function () {
    $english = Texts::load('english');
    foreach (glob(dirname(__DIR__) . '/modules/addons/portreeve/lang/*.php') as $file) {
        $_ADDONLANG = [];
        include $file;
        same([], array_diff_key($english, $_ADDONLANG) + array_diff_key($_ADDONLANG, $english), $file);
        foreach ($english as $key => $text) {
            $places = static function ($text) {
                preg_match_all('/%[ds]/', $text, $found);
                return $found[0];
            };
            same($places($text), $places($_ADDONLANG[$key]), "$file $key");
        }
    }
    same($english, Texts::load('../../../configuration'));
};

$desk = serve([__DIR__ . '/stubs/desk.php']);
$site = site($folder, $addon);
$failed = 0;
foreach ($tests as $name => $test) {
    try {
        fresh();
        $test();
        echo "ok      $name\n";
    } catch (Throwable $error) {
        $failed++;
        echo "FAILED  $name\n        {$error->getMessage()} ({$error->getFile()}:{$error->getLine()})\n";
    }
}
exec('rm -rf ' . escapeshellarg($folder));
echo count($tests) . " tests, $failed failed\n";
exit($failed === 0 ? 0 : 1);
