<?php

namespace Portreeve;

use WHMCS\Database\Capsule;

if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

/** What the desk has told: how services stand, and what the customer area and staff show. All reads are local. */
final class Standings
{
    const SERVICES = 'mod_portreeve_services';
    const STATE = 'mod_portreeve_state';

    /** Takes in services of one message; what is older than what is known of the same service is left out. */
    public static function apply(array $services, int $asOf): void
    {
        // A service that the last full state did not name was as good as told with zeros then.
        $full = (int) self::value('full_as_of');
        foreach ($services as $service) {
            $id = (int) ($service['service_id'] ?? 0);
            if ($id <= 0 || $asOf < $full || !isset($service['holds'], $service['open'], $service['unanswered'])) {
                continue;
            }
            $row = [
                'client_id' => (int) ($service['client_id'] ?? 0),
                'holds' => (int) ($service['holds'] ?? 0),
                'open_reports' => (int) ($service['open'] ?? 0),
                'unanswered' => (int) ($service['unanswered'] ?? 0),
                'oldest_open_at' => (string) ($service['oldest_open_at'] ?? ''),
                'as_of' => $asOf,
            ];
            $known = Capsule::table(self::SERVICES)->where('service_id', $id)->first();
            if ($known === null) {
                Capsule::table(self::SERVICES)->insert(['service_id' => $id] + $row);
            } elseif ((int) $known->as_of <= $asOf) {
                Capsule::table(self::SERVICES)->where('service_id', $id)->update($row);
            }
        }
    }

    /** After a full state: what it did not name and is older has nothing left. */
    public static function forgetOlderThan(int $asOf): void
    {
        Capsule::table(self::SERVICES)->where('as_of', '<', $asOf)->delete();
        self::set('full_as_of', (string) max($asOf, (int) self::value('full_as_of')));
    }

    /** What every message says of the desk as a whole. */
    public static function frame(array $data): void
    {
        $asOf = (int) ($data['as_of'] ?? 0);
        if ((int) self::value('as_of') > $asOf) {
            return;
        }
        foreach (['lockdown', 'customer_area', 'staff_area'] as $name) {
            if (isset($data[$name]) && is_string($data[$name])) {
                self::set($name, $data[$name]);
            }
        }
        self::set('as_of', (string) $asOf);
    }

    /** @var array<string, string>|null What the state says, as it was read in this request. */
    private static $read;

    /** Reads the state anew the next time. */
    public static function forget(): void
    {
        self::$read = null;
    }

    public static function set(string $name, string $value): void
    {
        self::forget();
        if (Capsule::table(self::STATE)->where('name', $name)->first() === null) {
            Capsule::table(self::STATE)->insert(['name' => $name, 'value' => $value]);
        } else {
            Capsule::table(self::STATE)->where('name', $name)->update(['value' => $value]);
        }
    }

    public static function value(string $name): string
    {
        if (self::$read === null) {
            $rows = Capsule::table(self::STATE)->pluck('value', 'name');
            self::$read = is_array($rows) ? $rows : $rows->toArray();
        }
        return (string) (self::$read[$name] ?? '');
    }

    /** @return array<mixed> */
    public static function json(string $name): array
    {
        $value = json_decode(self::value($name), true);
        return is_array($value) ? $value : [];
    }

    /** How many reports want this service off. */
    public static function holds(int $serviceId): int
    {
        $row = Capsule::table(self::SERVICES)->where('service_id', $serviceId)->first();
        return $row === null ? 0 : (int) $row->holds;
    }

    /**
     * @param int $clientId whose it has to be; 0 for anybody's
     * @return array{holds: int, open: int, unanswered: int}
     */
    public static function ofService(int $serviceId, int $clientId = 0): array
    {
        $rows = Capsule::table(self::SERVICES)->where('service_id', $serviceId);
        return self::sum(($clientId === 0 ? $rows : $rows->where('client_id', $clientId))->get());
    }

    /** All services of a client are another's. */
    public static function moveClient(int $from, int $to): void
    {
        if ($from > 0 && $to > 0) {
            Capsule::table(self::SERVICES)->where('client_id', $from)->update(['client_id' => $to]);
        }
    }

    /** @return array{holds: int, open: int, unanswered: int} */
    public static function ofClient(int $clientId): array
    {
        return self::sum(Capsule::table(self::SERVICES)->where('client_id', $clientId)->get());
    }

    private static function sum($rows): array
    {
        $sum = ['holds' => 0, 'open' => 0, 'unanswered' => 0];
        foreach ($rows as $row) {
            $sum['holds'] += (int) $row->holds;
            $sum['open'] += (int) $row->open_reports;
            $sum['unanswered'] += (int) $row->unanswered;
        }
        return $sum;
    }
}
