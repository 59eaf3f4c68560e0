<?php

namespace Portreeve;

if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

/** The token with which a customer who is logged in here comes to the desk. */
final class SignOn
{
    const PURPOSE = 'portreeve-sso-v1.';

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
        $claims = [
            'iss' => $settings->directory(),
            'aud' => $settings->deskUrl(),
            'client_id' => (string) $clientId,
            'user_id' => (string) $userId,
            'user' => substr($user, 0, 200),
            'may_act' => $acts,
            'masquerading' => $masquerading,
            'return_to' => self::place($report),
            'iat' => $now,
            'exp' => $now + self::LIFE,
            'jti' => bin2hex($random),
        ];
        $payload = Signature::base64url(json_encode($claims, JSON_UNESCAPED_SLASHES));
        return $payload . '.' . Signature::ofText($settings->secret(), self::PURPOSE . $payload);
    }

    private static function place(string $report): string
    {
        return preg_match('/^[1-9]\d{0,17}$/', $report) ? "/client/reports/$report" : '/client';
    }
}
