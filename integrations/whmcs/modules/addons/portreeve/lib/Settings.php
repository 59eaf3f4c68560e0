<?php

namespace Portreeve;

use WHMCS\Database\Capsule;

if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

/** The settings of WHMCS's own addon page. */
final class Settings
{
    /** @var self|null What was read in this request; WHMCS runs several hooks on a page. */
    private static $loaded;

    /** @var array<string, string> */
    private $values;

    /** @param array<string, string> $values */
    public function __construct(array $values)
    {
        $this->values = $values;
    }

    public static function load(): self
    {
        if (self::$loaded === null) {
            self::$loaded = self::read();
        }
        return self::$loaded;
    }

    /** Reads them anew the next time. */
    public static function forget(): void
    {
        self::$loaded = null;
    }

    private static function read(): self
    {
        $stored = Capsule::table('tbladdonmodules')->where('module', 'portreeve')->pluck('value', 'setting');
        $values = is_array($stored) ? $stored : $stored->toArray();
        // WHMCS sanitises what is typed; a secret has nothing in it that would need that.
        $values = array_map([self::class, 'plain'], $values);
        $values['secret'] = self::readable($values['secret'] ?? '');
        return new self($values);
    }

    private static function plain($value): string
    {
        return trim(html_entity_decode((string) $value, ENT_QUOTES, 'UTF-8'));
    }

    /**
     * Newer versions of WHMCS store fields of the type password encrypted, older ones as they were typed. Their own model
     * reads both where it is there; before it was, decrypt() does. What nothing can read stays as it is stored.
     */
    private static function readable(string $stored): string
    {
        if ($stored === '' || Signature::keys($stored) !== []) {
            return $stored;
        }
        $ways = [
            static function (): string {
                $model = 'WHMCS\\Module\\Addon\\Setting';
                return class_exists($model) ? (string) $model::getSettingValueForModule('portreeve', 'secret') : '';
            },
            static function () use ($stored): string {
                return function_exists('decrypt') ? (string) decrypt($stored) : '';
            },
        ];
        foreach ($ways as $way) {
            try {
                $secret = self::plain($way());
            } catch (\Throwable $error) {
                continue;
            }
            if (Signature::keys($secret) !== []) {
                return $secret;
            }
        }
        return $stored;
    }

    /** Without a slash at the end; empty when it is not set. */
    public function deskUrl(): string
    {
        return rtrim($this->values['desk_url'] ?? '', '/');
    }

    public function directory(): string
    {
        $name = $this->values['directory'] ?? '';
        return $name === '' ? 'whmcs' : $name;
    }

    public function secret(): string
    {
        return $this->values['secret'] ?? '';
    }

    /** A setting that is a text; empty when it was never stored. */
    public function text(string $name): string
    {
        return $this->values[$name] ?? '';
    }

    public function isOn(string $name): bool
    {
        return in_array(strtolower($this->values[$name] ?? 'on'), ['on', '1', 'yes', 'true'], true);
    }

    /** What is missing before the desk can be spoken to; null when nothing is. */
    public function missing(): ?string
    {
        if (!preg_match('#^https?://[^\s]+$#', $this->deskUrl())) {
            return 'desk_url';
        }
        return Signature::keys($this->secret()) === [] ? 'secret' : null;
    }

    /** What is wrong with the setting that is missing, and what to do, for administrators. */
    public function trouble(): ?string
    {
        switch ($this->missing()) {
            case null:
                return null;
            case 'desk_url':
                return $this->deskUrl() === '' ? 'admin_no_address' : 'admin_bad_address';
            default:
                return $this->secret() === '' ? 'admin_no_secret' : 'admin_bad_secret';
        }
    }
}
