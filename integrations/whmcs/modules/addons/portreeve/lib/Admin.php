<?php

namespace Portreeve;

if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

/** What the panel's staff see: the addon's page, the box on their first page, links to reports. */
final class Admin
{
    /** The addon's page. Only here, on a click, a person waits for the desk. */
    public static function output(array $vars, string $method, array $post): void
    {
        $settings = Settings::load();
        $link = Texts::escape((string) ($vars['modulelink'] ?? ''));
        if ($method === 'POST') {
            check_token('WHMCS.admin.default');
            echo self::done($settings, $post);
        }
        $missing = $settings->missing();
        if ($missing !== null) {
            echo self::box('warning', "The setting $missing is missing or cannot be read: see System Settings > Addon Modules.");
        }
        $counts = Outbox::counts();
        $pulled = (int) Standings::value('pulled_at');
        $when = $pulled === 0 ? 'never' : gmdate('Y-m-d H:i:s', $pulled) . ' UTC';
        echo '<p>The desk was last asked how things stand: <strong>' . $when . '</strong>. Lockdown: <strong>'
            . Texts::escape(Standings::value('lockdown') ?: 'no') . '</strong>. Waiting messages: <strong>'
            . $counts['waiting'] . '</strong>, given up: <strong>' . $counts['dead'] . '</strong>.</p>';
        echo self::form($link, 'ask', 0, 'Try the connection now') . self::form($link, 'send', 0, 'Send what waits now');
        echo self::troubled($link);
        echo self::counts(Texts::load('english'));
    }

    private static function done(Settings $settings, array $post): string
    {
        $id = (int) ($post['id'] ?? 0);
        $act = (string) ($post['act'] ?? '');
        if ($act === 'retry') {
            Outbox::retry($id);
            return self::box('success', 'It will be sent again by the cron job.');
        }
        if ($act === 'remove') {
            Outbox::remove($id);
            return self::box('success', 'The message was removed.');
        }
        if ($settings->missing() !== null) {
            return '';
        }
        $desk = new Desk($settings);
        if ($act === 'send') {
            return self::box('success', $desk->send(200, 20) . ' messages were taken by the desk.');
        }
        $wrong = $desk->pull();
        return $wrong === null
            ? self::box('success', 'The desk answers, and both sides have the same secret.')
            : self::box('danger', "It does not work: $wrong.");
    }

    private static function troubled(string $link): string
    {
        $html = '';
        foreach (Outbox::troubled(50) as $row) {
            $html .= '<tr><td>' . Texts::escape((string) $row->type) . '</td><td>' . (int) $row->subject_id . '</td><td>'
                . ($row->dead ? 'given up' : 'waits') . '</td><td>' . Texts::escape((string) $row->last_error) . '</td><td>'
                . self::form($link, 'retry', (int) $row->id, 'Try again')
                . self::form($link, 'remove', (int) $row->id, 'Remove') . '</td></tr>';
        }
        if ($html === '') {
            return '';
        }
        return '<h3>Messages in trouble</h3><table class="table table-striped"><thead><tr><th>What</th><th>Number</th>'
            . '<th>State</th><th>Why</th><th></th></tr></thead><tbody>' . $html . '</tbody></table>';
    }

    /** Counts and the oldest open reports, from what the desk told last. */
    public static function counts(array $texts): string
    {
        if (Standings::value('pulled_at') === '') {
            return '<p>' . Texts::escape($texts['admin_never']) . '</p>';
        }
        $counts = Standings::json('counts');
        $shown = [];
        foreach ([
            'open' => 'admin_open', 'waiting_for_staff' => 'admin_waiting', 'queued' => 'admin_queued',
            'awaiting_approval' => 'admin_approval',
        ] as $name => $text) {
            $shown[] = '<strong>' . (int) ($counts[$name] ?? 0) . '</strong> ' . Texts::escape($texts[$text]);
        }
        $html = '<p>' . implode(', ', $shown) . '</p>';
        $oldest = Standings::json('oldest');
        if ($oldest === []) {
            return $html . '<p>' . Texts::escape($texts['admin_none']) . '</p>';
        }
        $html .= '<ul>';
        foreach ($oldest as $report) {
            $id = (int) ($report['report_id'] ?? 0);
            $html .= '<li>' . self::link('/reports/' . $id, "#$id " . (string) ($report['category'] ?? '')) . ', '
                . Texts::escape((string) ($report['opened_at'] ?? '')) . '</li>';
        }
        return $html . '</ul>';
    }

    /** A service's line among its fields. */
    public static function ofService(Settings $settings, int $serviceId, array $texts): string
    {
        $sum = Standings::ofService($serviceId);
        $text = sprintf($texts['admin_holds'], $sum['open'], $sum['holds']);
        return self::link('/reports?service=' . rawurlencode($settings->directory() . ':' . $serviceId), $text);
    }

    /** A link into the desk's staff area; the words alone while the desk has not told where that is. */
    private static function link(string $path, string $text): string
    {
        $base = Standings::value('staff_area');
        if (!preg_match('#^https?://#', $base)) {
            return Texts::escape($text);
        }
        return '<a href="' . Texts::escape(rtrim($base, '/') . $path) . '" target="_blank" rel="noopener noreferrer">'
            . Texts::escape($text) . '</a>';
    }

    private static function form(string $link, string $act, int $id, string $label): string
    {
        return '<form method="post" action="' . $link . '" style="display:inline">' . generate_token()
            . '<input type="hidden" name="act" value="' . $act . '"><input type="hidden" name="id" value="' . $id . '">'
            . '<button type="submit" class="btn btn-default btn-sm">' . $label . '</button></form> ';
    }

    private static function box(string $kind, string $text): string
    {
        return '<div class="alert alert-' . $kind . '">' . Texts::escape($text) . '</div>';
    }
}
