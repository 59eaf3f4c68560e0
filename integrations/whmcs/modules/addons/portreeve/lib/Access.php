<?php

namespace Portreeve;

use WHMCS\Database\Capsule;

if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

/**
 * What a user may do with the reports of a client. Since WHMCS 8 users are not clients: the owner of an account invites
 * others with some permissions only (`tblusers_clients`).
 */
final class Access
{
    /** They see reports with the permission `products`. */
    const SEE = 'products';

    /** They answer, and lift suspensions, with the permission `manageproducts`. */
    const ACT = 'manageproducts';

    /** @var bool */
    private $sees;

    /** @var bool */
    private $acts;

    private function __construct(bool $sees, bool $acts)
    {
        $this->sees = $sees;
        $this->acts = $acts;
    }

    /** @param int $userId 0 where WHMCS knows no users beside clients */
    public static function of(int $clientId, int $userId): self
    {
        if ($userId === 0 || !Capsule::schema()->hasTable('tblusers_clients')) {
            return new self(true, true);
        }
        $row = Capsule::table('tblusers_clients')->where('client_id', $clientId)->where('auth_user_id', $userId)
            ->select('owner', 'permissions')->first();
        if ($row === null) {
            return new self(false, false);
        }
        $has = preg_split('/[^a-z]+/', strtolower((string) $row->permissions), -1, PREG_SPLIT_NO_EMPTY);
        $owns = (int) $row->owner === 1;
        $acts = $owns || in_array(self::ACT, $has, true);
        return new self($acts || in_array(self::SEE, $has, true), $acts);
    }

    public function sees(): bool
    {
        return $this->sees;
    }

    public function acts(): bool
    {
        return $this->acts;
    }
}
