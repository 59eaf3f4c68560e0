<?php

namespace Portreeve;

use WHMCS\Database\Capsule;

if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

/** The settings of WHMCS's own addon page. */
final class Settings
{
    /** @var array<string, string> */
    private $values;

    /** @param array<string, string> $values */
    public function __construct(array $values)
    {
        $this->values = $values;
    }

    public static function load(): self
    {
        $stored = Capsule::table('tbladdonmodules')->where('module', 'portreeve')->pluck('value', 'setting');
        $values = is_array($stored) ? $stored : $stored->toArray();
        // WHMCS sanitises what is typed; a secret has nothing in it that would need that.
        return new self(array_map(static function ($value) {
            return trim(html_entity_decode((string) $value, ENT_QUOTES, 'UTF-8'));
        }, $values));
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
}
