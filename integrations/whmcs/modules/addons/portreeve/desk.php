<?php

/**
 * Where the desk tells how services stand (docs/bridge.md). It is believed for its signature alone.
 */

use Portreeve\Settings;
use Portreeve\Signature;
use Portreeve\Standings;
use WHMCS\Database\Capsule;

require_once __DIR__ . '/../../../init.php';

if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

require_once __DIR__ . '/lib/autoload.php';

/** Largest message that is taken, in bytes. */
const PORTREEVE_LARGEST_MESSAGE = 262144;

function portreeve_answer(int $status, string $result): void
{
    http_response_code($status);
    header('Content-Type: application/json');
    header('Cache-Control: no-store');
    echo json_encode(['result' => $result]);
    exit;
}

$portreeve_settings = Settings::load();
if ($portreeve_settings->missing() !== null) {
    portreeve_answer(404, 'the addon is not set up');
}
if (($_SERVER['REQUEST_METHOD'] ?? '') !== 'POST') {
    header('Allow: POST');
    portreeve_answer(405, 'POST only');
}
$portreeve_body = (string) file_get_contents('php://input', false, null, 0, PORTREEVE_LARGEST_MESSAGE + 1);
if (strlen($portreeve_body) > PORTREEVE_LARGEST_MESSAGE) {
    portreeve_answer(413, 'too large');
}
$portreeve_refusal = Signature::refusal(
    $portreeve_settings->secret(),
    (string) ($_SERVER['HTTP_WEBHOOK_ID'] ?? ''),
    (string) ($_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? ''),
    (string) ($_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? ''),
    $portreeve_body,
    time()
);
if ($portreeve_refusal !== null) {
    portreeve_answer(401, $portreeve_refusal);
}
$portreeve_message = json_decode($portreeve_body, true);
$portreeve_data = is_array($portreeve_message) ? ($portreeve_message['data'] ?? null) : null;
if (!is_array($portreeve_data) || !isset($portreeve_data['as_of']) || !is_array($portreeve_data['services'] ?? null)) {
    portreeve_answer(400, 'the body cannot be read');
}
Capsule::connection()->transaction(static function () use ($portreeve_data) {
    Standings::apply($portreeve_data['services'], (int) $portreeve_data['as_of']);
    Standings::frame($portreeve_data);
    Standings::set('pushed_at', (string) time());
});
portreeve_answer(200, 'ok');
