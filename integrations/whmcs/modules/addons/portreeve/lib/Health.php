<?php

namespace Portreeve;

use WHMCS\Database\Capsule;

if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

/** Whether the addon can do its work, point by point, from what is known here: nobody is asked. */
final class Health
{
    /** After how many seconds without it the cron job is late: WHMCS wants it every five minutes. */
    const CRON_IS_LATE = 900;

    /** How far the clocks may be apart, in seconds, before messages are refused at some point. */
    const CLOCKS_APART = 120;

    /**
     * @return array<array{good: bool, what: string, args: array<mixed>}> `what` is a key of the language files, `args` what
     *         stands in its places
     */
    public static function look(Settings $settings, int $now): array
    {
        $check = static function (bool $good, string $what, array $args = []): array {
            return ['good' => $good, 'what' => $what, 'args' => $args];
        };
        $trouble = $settings->trouble();
        $checks = [$trouble === null ? $check(true, 'health_settings') : $check(false, $trouble)];
        $tables = array_filter([Outbox::TABLE, Standings::SERVICES, Standings::STATE], static function (string $table): bool {
            return !Capsule::schema()->hasTable($table);
        });
        $checks[] = $tables === [] ? $check(true, 'health_tables') : $check(false, 'health_no_tables', [implode(', ', $tables)]);
        if ($tables !== []) {
            return $checks;
        }
        $checks[] = self::age('cron', (int) Standings::value('cron_at'), $now, $check);
        $checks[] = self::age('pull', (int) Standings::value('pulled_at'), $now, $check);
        $apart = (int) Standings::value('clock_apart');
        $checks[] = $check(abs($apart) <= self::CLOCKS_APART, 'health_clock', [$apart]);
        $pushed = (int) Standings::value('pushed_at');
        $checks[] = $pushed === 0 ? $check(true, 'health_no_push') : $check(true, 'health_push', [self::shown($pushed)]);
        $checks[] = $check(true, 'health_versions', [PHP_VERSION, (string) ($GLOBALS['CONFIG']['Version'] ?? '?')]);
        return $checks;
    }

    private static function age(string $what, int $at, int $now, callable $check): array
    {
        if ($at === 0) {
            return $check(false, "health_{$what}_never");
        }
        return $check($now - $at <= self::CRON_IS_LATE, "health_$what", [self::shown($at)]);
    }

    private static function shown(int $at): string
    {
        return gmdate('Y-m-d H:i:s', $at) . ' UTC';
    }
}
