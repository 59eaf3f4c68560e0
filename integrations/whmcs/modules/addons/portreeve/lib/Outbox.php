<?php

namespace Portreeve;

use WHMCS\Database\Capsule;

if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

/**
 * What the desk has still to be told. A hook only writes a row here; the cron job sends.
 *
 * A service has one waiting row however often it changes: what is sent is how it is when it is sent. Each
 * change raises the row's generation, and with it the id of the message, so that the desk does not take a
 * newer content for one that it has already.
 */
final class Outbox
{
    const TABLE = 'mod_portreeve_outbox';

    const FIRST_PAUSE = 60;
    const LONGEST_PAUSE = 3600;

    public static function serviceChanged(int $serviceId, string $cause): void
    {
        self::add('service.changed', $serviceId, $cause);
    }

    public static function serviceRemoved(int $serviceId): void
    {
        // There is nothing left to compose a change from.
        Capsule::table(self::TABLE)->where('type', 'service.changed')->where('subject_id', $serviceId)->delete();
        self::add('service.removed', $serviceId, '');
    }

    public static function vetoed(int $serviceId): void
    {
        self::add('unsuspend.vetoed', $serviceId, '');
    }

    /** An order of anybody's that the module did not carry out, with the module's words. */
    public static function orderFailed(int $serviceId, string $act, string $why): void
    {
        self::add('order.failed', $serviceId, self::cut("$act: $why"));
    }

    /** The addon is switched off: nothing keeps held services suspended any more. */
    public static function switchedOff(): void
    {
        self::add('addon.off', 1, '');
    }

    public static function invoice(string $type, int $invoiceId): void
    {
        self::add($type, $invoiceId, '');
    }

    private static function add(string $type, int $subjectId, string $cause): void
    {
        if ($subjectId <= 0) {
            return;
        }
        $waiting = Capsule::table(self::TABLE)
            ->where('type', $type)->where('subject_id', $subjectId)->where('dead', 0)->first();
        $changed = $waiting === null ? 0 : Capsule::table(self::TABLE)->where('id', $waiting->id)->update([
            'cause' => $cause, 'generation' => (int) $waiting->generation + 1, 'tries' => 0, 'next_try_at' => 0,
        ]);
        // The cron job may have sent and deleted the row in between: then this change needs one of its own.
        if ($changed === 0) {
            Capsule::table(self::TABLE)->insert([
                'type' => $type, 'subject_id' => $subjectId, 'cause' => $cause, 'generation' => 1,
                'created_at' => time(), 'tries' => 0, 'next_try_at' => 0, 'last_error' => '', 'dead' => 0,
            ]);
        }
    }

    public static function due(int $now, int $limit)
    {
        return Capsule::table(self::TABLE)
            ->where('dead', 0)->where('next_try_at', '<=', $now)->orderBy('id')->limit($limit)->get();
    }

    /** The same at every try of one content. */
    public static function messageId($row): string
    {
        return 'brg_' . self::installation() . '_' . $row->id . '_' . $row->generation;
    }

    /** Tells this WHMCS from another one, or from itself before its database was made anew. */
    private static function installation(): string
    {
        $known = Standings::value('installation');
        if ($known !== '') {
            return $known;
        }
        $new = bin2hex(random_bytes(8));
        Standings::set('installation', $new);
        return $new;
    }

    /** It is on the desk's disk. What changed while it was sent stays to be sent. */
    public static function sent($row): void
    {
        Capsule::table(self::TABLE)->where('id', $row->id)->where('generation', $row->generation)->delete();
    }

    /** It never will be taken: a person has to look. */
    public static function buried($row, string $why): void
    {
        Capsule::table(self::TABLE)->where('id', $row->id)->update(['dead' => 1, 'last_error' => self::cut($why)]);
    }

    public static function failed($row, string $why, int $now): void
    {
        $tries = (int) $row->tries + 1;
        $pause = min(self::LONGEST_PAUSE, self::FIRST_PAUSE * (2 ** min($tries - 1, 10)));
        Capsule::table(self::TABLE)->where('id', $row->id)->where('generation', $row->generation)->update([
            'tries' => $tries, 'next_try_at' => $now + $pause, 'last_error' => self::cut($why),
        ]);
    }

    public static function retry(int $id): void
    {
        Capsule::table(self::TABLE)->where('id', $id)->update(['dead' => 0, 'tries' => 0, 'next_try_at' => 0]);
    }

    public static function remove(int $id): void
    {
        Capsule::table(self::TABLE)->where('id', $id)->delete();
    }

    /** @return array{waiting: int, dead: int} */
    public static function counts(): array
    {
        return [
            'waiting' => (int) Capsule::table(self::TABLE)->where('dead', 0)->count(),
            'dead' => (int) Capsule::table(self::TABLE)->where('dead', 1)->count(),
        ];
    }

    public static function troubled(int $limit)
    {
        return Capsule::table(self::TABLE)->where('last_error', '!=', '')->orderBy('id')->limit($limit)->get();
    }

    private static function cut(string $text): string
    {
        return substr((string) preg_replace('/[^\x20-\x7e]+/', ' ', $text), 0, 250);
    }
}
