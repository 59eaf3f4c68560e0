<?php

namespace Portreeve;

use WHMCS\Database\Capsule;

if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

/** Messages to the desk, composed from the database when they are sent. The password column is never read. */
final class Messages
{
    /** The message of a waiting row. A service that is no longer there is told as removed. */
    public static function compose($row, int $now): array
    {
        $id = (int) $row->subject_id;
        switch ($row->type) {
            case 'service.changed':
                $data = self::service($id, (string) $row->cause);
                break;
            case 'service.removed':
            case 'unsuspend.vetoed':
                $data = ['service_id' => $id];
                break;
            case 'order.failed':
                $data = ['service_id' => $id, 'why' => (string) $row->cause];
                break;
            case 'addon.off':
                $data = [];
                break;
            default:
                $data = self::invoice($id);
        }
        $type = (string) $row->type;
        if ($data === null) {
            [$type, $data] = ['service.removed', ['service_id' => $id]];
        }
        return ['type' => $type, 'timestamp' => gmdate('Y-m-d\TH:i:s\Z', $now), 'data' => $data];
    }

    private static function service(int $id, string $cause): ?array
    {
        $service = Capsule::table('tblhosting')->where('id', $id)->select(
            'id',
            'userid',
            'packageid',
            'server',
            'domain',
            'username',
            'domainstatus',
            'suspendreason',
            'dedicatedip',
            'assignedips',
            'overideautosuspend',
            'overidesuspenduntil'
        )->first();
        if ($service === null) {
            return null;
        }
        $product = Capsule::table('tblproducts')->where('id', $service->packageid)->select('name')->first();
        $server = Capsule::table('tblservers')->where('id', $service->server)->select('name')->first();
        return [
            'cause' => $cause,
            'service' => [
                'service_id' => (int) $service->id,
                'client_id' => (int) $service->userid,
                'product' => self::plain($product === null ? '' : $product->name),
                'domain' => self::plain($service->domain),
                'username' => self::plain($service->username),
                'server' => self::plain($server === null ? '' : $server->name),
                'status' => (string) $service->domainstatus,
                'suspend_reason' => self::plain($service->suspendreason),
                'dedicated_ip' => (string) $service->dedicatedip,
                'assigned_ips' => (string) $service->assignedips,
                // WHMCS spells it so.
                'no_auto_suspend' => in_array((string) $service->overideautosuspend, ['1', 'on', 'true'], true),
                'no_auto_suspend_until' => (string) $service->overidesuspenduntil,
            ],
            'customer' => self::customer((int) $service->userid),
        ];
    }

    private static function customer(int $id): ?array
    {
        $client = Capsule::table('tblclients')->where('id', $id)
            ->select('id', 'firstname', 'lastname', 'companyname', 'email', 'language')->first();
        if ($client === null) {
            return null;
        }
        return [
            'client_id' => (int) $client->id,
            'first_name' => self::plain($client->firstname),
            'last_name' => self::plain($client->lastname),
            'company' => self::plain($client->companyname),
            'email' => self::plain($client->email),
            'language' => (string) $client->language,
        ];
    }

    private static function invoice(int $id): array
    {
        $invoice = Capsule::table('tblinvoices')->where('id', $id)->select('userid')->first();
        $data = ['invoice_id' => $id];
        if ($invoice !== null) {
            $data['client_id'] = (int) $invoice->userid;
        }
        return $data;
    }

    /** WHMCS stores texts sanitised for HTML. */
    private static function plain($text): string
    {
        return html_entity_decode((string) $text, ENT_QUOTES, 'UTF-8');
    }
}
