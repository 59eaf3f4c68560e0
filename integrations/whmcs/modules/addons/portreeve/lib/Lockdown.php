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
    const ACTIONS = ['invoices', 'masspay', 'addfunds', 'creditcard', 'paymentmethods', 'quotes'];

    /** The same as addresses of WHMCS's newer kind (`index.php?rp=/…`). */
    const ROUTES = [
        '/login', '/logout', '/password', '/auth', '/invoice', '/account/paymentmethods', '/payment', '/user/verify',
        '/user/security',
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
        if ($page['ajax'] || $page['module'] === 'portreeve') {
            return true;
        }
        if (in_array($page['script'], self::SCRIPTS, true)) {
            return true;
        }
        if ($page['script'] === 'clientarea') {
            return in_array($page['action'], self::ACTIONS, true);
        }
        // The invoice as a file.
        if ($page['script'] === 'dl') {
            return $page['type'] === 'i';
        }
        foreach (self::ROUTES as $route) {
            if ($page['route'] === $route || strpos($page['route'], $route . '/') === 0) {
                return true;
            }
        }
        return false;
    }
}
