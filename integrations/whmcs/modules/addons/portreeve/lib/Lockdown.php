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
        'submitticket', 'viewticket', 'contact',
    ];

    /** Actions of clientarea.php that have to do with paying. */
    const ACTIONS = ['invoices', 'masspay', 'addfunds', 'creditcard', 'paymentmethods', 'quotes', 'changepw', 'security'];

    /** The same as addresses of WHMCS's newer kind (`index.php?rp=/…`). */
    const ROUTES = [
        '/login', '/logout', '/password', '/two-factor', '/auth', '/oauth', '/invoice', '/payment',
        '/account/paymentmethods', '/account/security', '/user/verify', '/user/security', '/user/password',
        '/user/accounts', '/user/permission-denied',
    ];

    /** Whether the customer has to see to the reports first. */
    public static function applies(string $mode, int $open, int $unanswered): bool
    {
        return ($mode === 'standard' && $unanswered > 0) || ($mode === 'strict' && $open > 0);
    }

    /**
     * Whether a page stays reachable.
     *
     * @param array{script: string, action: string, module: string, route: string, type: string, ajax: bool} $page
     */
    public static function spares(array $page): bool
    {
        // Only index.php looks at m and at routes; anywhere else they are somebody's way round.
        $index = $page['script'] === 'index';
        if ($page['ajax'] || ($index && $page['module'] === 'portreeve')) {
            return true;
        }
        if (in_array($page['script'], self::SCRIPTS, true)) {
            return true;
        }
        if ($page['script'] === 'clientarea') {
            return in_array($page['action'], self::ACTIONS, true);
        }
        // An invoice as a file, attachments of tickets.
        if ($page['script'] === 'dl') {
            return in_array($page['type'], ['i', 'a', 'ar'], true);
        }
        foreach (self::ROUTES as $route) {
            if ($index && ($page['route'] === $route || strpos($page['route'], $route . '/') === 0)) {
                return true;
            }
        }
        return false;
    }

    /** The route of a page, in any of the three ways in which WHMCS writes it: ?rp=/path, index.php/path, /path. */
    public static function route(array $server, array $query): string
    {
        $route = isset($query['rp']) && is_string($query['rp']) ? $query['rp'] : '';
        if ($route === '') {
            $route = (string) parse_url((string) ($server['REQUEST_URI'] ?? ''), PHP_URL_PATH);
            $base = self::folder($server);
            if ($base !== '' && strpos($route, "$base/") === 0) {
                $route = substr($route, strlen($base));
            }
            $route = (string) preg_replace('~^/index\.php~', '', $route);
        }
        return '/' . strtolower(trim($route, '/'));
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
