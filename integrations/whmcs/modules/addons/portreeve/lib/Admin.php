<?php

namespace Portreeve;

use WHMCS\Database\Capsule;

if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

/** What the panel's staff see: the addon's page, the box on their first page, links to reports. */
final class Admin
{
    /** Links to new reports on the page of one client. */
    const MOST_LINKS = 10;

    /** The addon's page. Only here, on a click, a person waits for the desk. */
    public static function output(array $vars, string $method, array $post): void
    {
        $texts = Texts::ofStaff();
        $settings = Settings::load();
        $link = Texts::escape((string) ($vars['modulelink'] ?? ''));
        if ($method === 'POST') {
            check_token('WHMCS.admin.default');
            echo self::done($settings, $post, $texts);
        }
        echo self::form($link, 'desk', 0, $texts['admin_desk']);
        echo self::health(Health::look($settings, time()), $texts);
        $counts = Outbox::counts();
        echo '<p>' . Texts::escape(sprintf($texts['admin_messages'], $counts['waiting'], $counts['dead'])) . '</p>';
        echo self::form($link, 'ask', 0, $texts['admin_try']) . self::form($link, 'send', 0, $texts['admin_send']);
        echo self::troubled($link, $texts);
        echo self::counts($texts);
    }

    private static function done(Settings $settings, array $post, array $texts): string
    {
        $id = (int) ($post['id'] ?? 0);
        $act = (string) ($post['act'] ?? '');
        if ($act === 'retry') {
            Outbox::retry($id);
            return self::box('success', $texts['admin_retried']);
        }
        if ($act === 'remove') {
            Outbox::remove($id);
            return self::box('success', $texts['admin_removed']);
        }
        if ($settings->missing() !== null) {
            return '';
        }
        if ($act === 'desk') {
            return self::toDesk($settings, $texts);
        }
        $desk = new Desk($settings);
        if ($act === 'send') {
            return self::box('success', sprintf($texts['admin_sent'], $desk->send(200, 20)));
        }
        $wrong = $desk->pull();
        return $wrong === null
            ? self::box('success', $texts['admin_works'])
            : self::box('danger', "{$texts['admin_fails']} $wrong.");
    }

    /** Takes the administrator who is logged in to the desk. */
    private static function toDesk(Settings $settings, array $texts): string
    {
        $admin = (int) ($_SESSION['adminid'] ?? 0);
        if ($admin <= 0) {
            return self::box('danger', $texts['admin_nobody']);
        }
        $row = Capsule::table('tbladmins')->where('id', $admin)->select('username')->first();
        $name = html_entity_decode((string) ($row->username ?? ''), ENT_QUOTES, 'UTF-8');
        $token = SignOn::staffToken($settings, $admin, $name, time(), random_bytes(16));
        // WHMCS puts a token of its own into forms with method="post": the button says the method instead.
        return '<form id="portreeve-desk"><input type="hidden" name="token" value="' . Texts::escape($token) . '">'
            . '<button type="submit" class="btn btn-primary" formmethod="post" formaction="'
            . Texts::escape($settings->deskUrl() . '/admin/panel-sign-on') . '">' . Texts::escape($texts['admin_desk']) . '</button></form>'
            . "<script>document.querySelector('#portreeve-desk button').click();</script>";
    }

    /** @param array<array{good: bool, what: string, args: array<mixed>}> $checks */
    private static function health(array $checks, array $texts): string
    {
        $html = '';
        foreach ($checks as $check) {
            $mark = $check['good'] ? '<span class="label label-success">' . $texts['admin_good'] : '<span class="label label-danger">' . $texts['admin_bad'];
            $html .= "<tr><td>$mark</span></td><td>" . Texts::escape(vsprintf($texts[$check['what']], $check['args'])) . '</td></tr>';
        }
        return '<h3>' . Texts::escape($texts['admin_health']) . '</h3><table class="table table-condensed"><tbody>' . $html . '</tbody></table>';
    }

    private static function troubled(string $link, array $texts): string
    {
        $html = '';
        foreach (Outbox::troubled(50) as $row) {
            $html .= '<tr><td>' . Texts::escape((string) $row->type) . '</td><td>' . (int) $row->subject_id . '</td><td>'
                . Texts::escape($texts[$row->dead ? 'admin_given_up' : 'admin_waits']) . '</td><td>' . Texts::escape((string) $row->last_error) . '</td><td>'
                . self::form($link, 'retry', (int) $row->id, $texts['admin_retry'])
                . self::form($link, 'remove', (int) $row->id, $texts['admin_remove']) . '</td></tr>';
        }
        if ($html === '') {
            return '';
        }
        $heads = '';
        foreach (['admin_what', 'admin_number', 'admin_state', 'admin_why'] as $head) {
            $heads .= '<th>' . Texts::escape($texts[$head]) . '</th>';
        }
        return '<h3>' . Texts::escape($texts['admin_trouble']) . "</h3><table class=\"table table-striped\"><thead><tr>$heads<th></th></tr></thead><tbody>$html</tbody></table>";
    }

    /**
     * Links that open a new report at the desk, one for each of a client's services.
     *
     * @return string[]
     */
    public static function newReportLinks(Settings $settings, int $clientId, array $texts): array
    {
        $services = Capsule::table('tblhosting')->where('userid', $clientId)->where('domainstatus', '!=', 'Terminated')
            ->select('id', 'domain')->orderBy('id')->limit(self::MOST_LINKS)->get();
        $links = [];
        foreach ($services as $service) {
            $name = (string) $service->domain === '' ? '#' . (int) $service->id : (string) $service->domain;
            $links[] = self::newReport($settings, (int) $service->id, sprintf($texts['admin_new_for'], html_entity_decode($name, ENT_QUOTES, 'UTF-8')));
        }
        return $links;
    }

    private static function newReport(Settings $settings, int $serviceId, string $text): string
    {
        return self::link('/reports/new?service=' . rawurlencode($settings->directory() . ':' . $serviceId), $text);
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
        return self::link('/reports?service=' . rawurlencode($settings->directory() . ':' . $serviceId), $text)
            . ' · ' . self::newReport($settings, $serviceId, $texts['admin_new']);
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
            . '<button type="submit" class="btn btn-default btn-sm">' . Texts::escape($label) . '</button></form> ';
    }

    private static function box(string $kind, string $text): string
    {
        return '<div class="alert alert-' . $kind . '">' . Texts::escape($text) . '</div>';
    }
}
