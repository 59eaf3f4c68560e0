<?php

namespace Portreeve;

if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

/** The tokens with which a customer or an administrator who is logged in here comes to the desk. */
final class SignOn
{
    const PURPOSE = 'portreeve-sso-v1.';

    /** One for a customer never does for staff, nor the other way round. */
    const STAFF_PURPOSE = 'portreeve-staff-v1.';

    /** How long a token is good, in seconds. */
    const LIFE = 60;

    /**
     * @param string $user name or mail address of the person, for the desk's history
     * @param bool $acts whether they may do more than read
     * @param string $report digits of a report's number, or empty
     * @param string $random 16 bytes
     */
    public static function token(
        Settings $settings,
        int $clientId,
        int $userId,
        string $user,
        bool $acts,
        bool $masquerading,
        string $report,
        int $now,
        string $random
    ): string {
        return self::signed($settings, self::PURPOSE, $now, $random, [
            'client_id' => (string) $clientId,
            'user_id' => (string) $userId,
            'user' => substr($user, 0, 200),
            'may_act' => $acts,
            'masquerading' => $masquerading,
            'return_to' => self::place($report),
        ]);
    }

    /**
     * For an administrator. The desk knows which member of staff the account belongs to, and asks for the second factor.
     *
     * @param string $name what the desk says when it does not know the account
     * @param string $random 16 bytes
     */
    public static function staffToken(Settings $settings, int $adminId, string $name, int $now, string $random): string
    {
        return self::signed($settings, self::STAFF_PURPOSE, $now, $random, [
            'admin_id' => (string) $adminId,
            'admin' => substr($name, 0, 64),
        ]);
    }

    /** @param array<string, mixed> $claims */
    private static function signed(Settings $settings, string $purpose, int $now, string $random, array $claims): string
    {
        $claims = ['iss' => $settings->directory(), 'aud' => $settings->deskUrl()] + $claims + [
            'iat' => $now,
            'exp' => $now + self::LIFE,
            'jti' => bin2hex($random),
        ];
        $payload = Signature::base64url((string) json_encode($claims, JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE));
        return $payload . '.' . Signature::ofText($settings->secret(), $purpose . $payload);
    }

    private static function place(string $report): string
    {
        return preg_match('/^[1-9]\d{0,17}$/', $report) ? "/client/reports/$report" : '/client';
    }
}
