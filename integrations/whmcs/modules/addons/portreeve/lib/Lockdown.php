<?php

namespace Portreeve;

if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

/** Which pages of the customer area a customer with open reports still reaches. */
final class Lockdown
{
    /** Scripts that are always reachable: logging in and out, tickets, one invoice with its payment. */
    const SCRIPTS = [
        'login', 'dologin', 'logout', 'pwreset', 'passwordreset', 'viewinvoice', 'creditcard', 'supporttickets',
        'submitticket', 'viewticket', 'contact', 'viewbillingnote',
    ];

    /** Actions of clientarea.php that have to do with paying. */
    const ACTIONS = ['invoices', 'masspay', 'addfunds', 'creditcard', 'paymentmethods', 'quotes', 'changepw', 'security'];

    /** The same as addresses of WHMCS's newer kind (`index.php?rp=/…`). */
    const ROUTES = [
        '/login', '/logout', '/password', '/two-factor', '/auth', '/oauth', '/invoice', '/payment',
        '/account/paymentmethods', '/account/security', '/user/verify', '/user/security', '/user/password',
        '/user/accounts', '/user/permission-denied', '/invite',
    ];

    /** Whether the customer has to see to the reports first. */
    public static function applies(string $mode, int $open, int $unanswered): bool
    {
        return ($mode === 'standard' && $unanswered > 0) || ($mode === 'strict' && $open > 0);
    }

    /**
     * Whether a page stays reachable.
     *
     * @param array{script: string, action: string, module: string, route: string, type: string} $page
     * @param string[] $more what the host spares as well: scripts without `.php`, `m=name` for pages of addons, `/routes`
     */
    public static function spares(array $page, array $more = []): bool
    {
        // Only index.php looks at m and at routes; anywhere else they are somebody's way round.
        $index = $page['script'] === 'index';
        if ($index && ($page['module'] === 'portreeve' || in_array('m=' . $page['module'], $more, true))) {
            return true;
        }
        if (in_array($page['script'], self::SCRIPTS, true) || (!$index && in_array($page['script'], $more, true))) {
            return true;
        }
        if ($page['script'] === 'clientarea') {
            return in_array($page['action'], self::ACTIONS, true);
        }
        // An invoice as a file, attachments of tickets.
        if ($page['script'] === 'dl') {
            return in_array($page['type'], ['i', 'a', 'ar'], true);
        }
        $spared = array_filter($more, static function (string $one): bool {
            return strlen($one) > 1 && $one[0] === '/';
        });
        foreach (array_merge(self::ROUTES, $spared) as $route) {
            if ($index && ($page['route'] === $route || strpos($page['route'], $route . '/') === 0)) {
                return true;
            }
        }
        return false;
    }

    /** The route of a page, in any of the three ways in which WHMCS writes it: ?rp=/path, index.php/path, /path. */
    public static function route(array $server, array $query): string
    {
        $route = (string) parse_url((string) ($server['REQUEST_URI'] ?? ''), PHP_URL_PATH);
        $base = self::folder($server);
        if ($base !== '' && strpos($route, "$base/") === 0) {
            $route = substr($route, strlen($base));
        }
        $route = trim((string) preg_replace('~^/index\.php~', '', $route), '/');
        // The query counts only where the path says nothing, or it would be everybody's way round.
        if ($route === '' && isset($query['rp']) && is_string($query['rp'])) {
            $route = trim($query['rp'], '/');
        }
        return '/' . strtolower($route);
    }

    /** The setting with pages that a host spares as well, separated by blanks or commas. @return string[] */
    public static function listed(string $setting): array
    {
        return preg_split('/[\s,]+/', strtolower($setting), -1, PREG_SPLIT_NO_EMPTY) ?: [];
    }

    /**
     * The folder of WHMCS as the browser sees it: a redirect must not depend on the page it comes from. WHMCS tells every
     * page; only where it does not, the folder of the script is taken.
     */
    public static function base(array $vars, array $server): string
    {
        foreach (['WEB_ROOT', 'systemurl'] as $name) {
            if (isset($vars[$name]) && is_string($vars[$name])) {
                return rtrim($vars[$name], '/');
            }
        }
        return self::folder($server);
    }

    private static function folder(array $server): string
    {
        return rtrim(str_replace('\\', '/', dirname((string) ($server['SCRIPT_NAME'] ?? '/index.php'))), '/');
    }
}
