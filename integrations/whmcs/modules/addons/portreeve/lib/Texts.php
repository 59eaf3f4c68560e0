<?php

namespace Portreeve;

use WHMCS\Database\Capsule;

if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

/** The words that customers and staff see. */
final class Texts
{
    /** @return array<string, string> English where a language has no word. */
    public static function load(string $language): array
    {
        $texts = self::file('english');
        $name = strtolower((string) preg_replace('/[^A-Za-z-]/', '', $language));
        return $name === 'english' ? $texts : self::file($name) + $texts;
    }

    /** In the language of the customer: what they chose for this visit, what their account says, what WHMCS speaks. */
    public static function ofCustomer($client): array
    {
        return self::inFirst([$_SESSION['Language'] ?? '', $client->language ?? '', self::system()]);
    }

    /** In the language of the administrator who is logged in. */
    public static function ofStaff(): array
    {
        $admin = (int) ($_SESSION['adminid'] ?? 0);
        $row = $admin <= 0 ? null : Capsule::table('tbladmins')->where('id', $admin)->select('language')->first();
        return self::inFirst([$row->language ?? '', self::system()]);
    }

    private static function system(): string
    {
        return (string) ($GLOBALS['CONFIG']['Language'] ?? '');
    }

    /** @param array<mixed> $languages the first that is named counts, also where there are no words in it */
    private static function inFirst(array $languages): array
    {
        $named = array_filter(array_map('strval', $languages), 'strlen');
        return self::load((string) reset($named));
    }

    private static function file(string $name): array
    {
        $_ADDONLANG = [];
        // Words of the host's own stand in lang/overrides, as in WHMCS.
        foreach (["/lang/$name.php", "/lang/overrides/$name.php"] as $file) {
            if (is_file(dirname(__DIR__) . $file)) {
                include dirname(__DIR__) . $file;
            }
        }
        return $_ADDONLANG;
    }

    public static function escape(string $text): string
    {
        return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
    }
}
