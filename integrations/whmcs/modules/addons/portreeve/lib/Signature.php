<?php

namespace Portreeve;

if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

/** Signatures after the Standard Webhooks specification: HMAC-SHA256 over `id.timestamp.body`. */
final class Signature
{
    /** How far the clocks of both sides may be apart, in seconds. */
    const TOLERANCE = 300;

    /**
     * The bytes of each secret; several count while one takes the place of another. Empty when one of them
     * cannot be read. Each begins with `whsec_`: what WHMCS encrypted is base64, too.
     *
     * @return string[]
     */
    public static function keys(string $secrets): array
    {
        $keys = [];
        foreach (preg_split('/\s+/', trim($secrets), -1, PREG_SPLIT_NO_EMPTY) as $secret) {
            $key = strpos($secret, 'whsec_') === 0 ? base64_decode(substr($secret, 6), true) : false;
            if ($key === false || strlen($key) < 16) {
                return [];
            }
            $keys[] = $key;
        }
        return $keys;
    }

    /** The value of `webhook-signature`: one signature a secret. */
    public static function sign(string $secrets, string $id, int $timestamp, string $body): string
    {
        $signatures = [];
        foreach (self::keys($secrets) as $key) {
            $mac = hash_hmac('sha256', "$id.$timestamp.$body", $key, true);
            $signatures[] = 'v1,' . base64_encode($mac);
        }
        return implode(' ', $signatures);
    }

    /** Why a message is not believed; null when it is. */
    public static function refusal(
        string $secrets,
        string $id,
        string $timestamp,
        string $signatures,
        string $body,
        int $now
    ): ?string {
        if ($id === '' || !preg_match('/^\d{1,12}$/', $timestamp) || $signatures === '') {
            return 'incomplete';
        }
        if (abs($now - (int) $timestamp) > self::TOLERANCE) {
            return 'timestamp';
        }
        $fits = false;
        foreach (self::keys($secrets) as $key) {
            $mac = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
            foreach (explode(' ', $signatures) as $signature) {
                $fits = hash_equals($mac, $signature) || $fits;
            }
        }
        return $fits ? null : 'signature';
    }

    /** The HMAC of a text by the first secret, base64url. */
    public static function ofText(string $secrets, string $text): string
    {
        $keys = self::keys($secrets);
        if ($keys === []) {
            throw new \RuntimeException('there is no secret to sign with');
        }
        return self::base64url(hash_hmac('sha256', $text, $keys[0], true));
    }

    public static function base64url(string $bytes): string
    {
        return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
    }
}
