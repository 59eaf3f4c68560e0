<?php

/**
 * The addon's signatures for the tests of the other side. Reads JSON from standard input and prints JSON:
 *
 * {"do": "sign", "secret": …, "id": …, "timestamp": 1, "body": …}                     -> {"signature": …}
 * {"do": "verify", "secret": …, "id": …, "timestamp": "1", "signature": …, "body": …, "now": 1} -> {"refusal": null}
 * {"do": "staff", "secret": …, "directory": …, "desk_url": …, "admin_id": 4, "now": 1} -> {"token": …}
 * {"do": "sso", "secret": …, "directory": …, "desk_url": …, "client_id": 7, "report": "", "now": 1} -> {"token": …}
 */

require_once __DIR__ . '/stubs/whmcs.php';
require_once __DIR__ . '/../modules/addons/portreeve/lib/autoload.php';

use Portreeve\Settings;
use Portreeve\Signature;
use Portreeve\SignOn;

$ask = json_decode((string) stream_get_contents(STDIN), true);
switch ($ask['do']) {
    case 'sign':
        $said = ['signature' => Signature::sign($ask['secret'], $ask['id'], $ask['timestamp'], $ask['body'])];
        break;
    case 'verify':
        $said = ['refusal' => Signature::refusal(
            $ask['secret'],
            $ask['id'],
            $ask['timestamp'],
            $ask['signature'],
            $ask['body'],
            $ask['now']
        )];
        break;
    case 'staff':
        $said = ['token' => SignOn::staffToken(new Settings($ask), $ask['admin_id'], 'alice', $ask['now'], random_bytes(16))];
        break;
    default:
        $settings = new Settings($ask);
        $masquerading = $ask['masquerading'] ?? false;
        $said = ['token' => SignOn::token($settings, $ask['client_id'], 3, 'user@example.com', $ask['may_act'] ?? true, $masquerading, $ask['report'], $ask['now'], random_bytes(16))];
}
echo json_encode($said), "\n";
