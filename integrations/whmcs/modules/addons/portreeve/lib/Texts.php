<?php

namespace Portreeve;

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

    private static function file(string $name): array
    {
        $path = dirname(__DIR__) . "/lang/$name.php";
        $_ADDONLANG = [];
        if (is_file($path)) {
            include $path;
        }
        return $_ADDONLANG;
    }

    public static function escape(string $text): string
    {
        return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
    }
}
