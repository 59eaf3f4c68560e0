<?php

namespace Portreeve;

use WHMCS\Database\Capsule;

if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

/** Calls to the desk. Only from the cron job and the addon's own admin page: never on a page view. */
final class Desk
{
    const CONNECT_SECONDS = 5;
    const SECONDS = 15;

    /** How long all pages of the state may take, in seconds. */
    const PULL_SECONDS = 60;

    /** @var Settings */
    private $settings;

    public function __construct(Settings $settings)
    {
        $this->settings = $settings;
    }

    /** Sends what waits, within a time; returns how many messages were taken. */
    public function send(int $most, int $seconds): int
    {
        $until = time() + $seconds;
        $taken = 0;
        foreach (Outbox::due(time(), $most) as $row) {
            if (time() >= $until) {
                break;
            }
            $answer = $this->post('events', Outbox::messageId($row), Messages::compose($row, time()));
            if (in_array($answer['status'], [200, 202], true)) {
                Outbox::sent($row);
                $taken++;
            } elseif (in_array($answer['status'], [400, 413], true)) {
                Outbox::buried($row, $this->words($answer));
            } else {
                Outbox::failed($row, $this->words($answer), time());
                // A desk that is away, or does not believe us, is so for all of them.
                break;
            }
        }
        return $taken;
    }

    /** What went wrong last, as a word that stays the same while it goes on. */
    private $fault = '';

    /** What went wrong with the last pull, as a word that stays the same while it goes on; empty when nothing did. */
    public function fault(): string
    {
        return $this->fault;
    }

    /** Reads the whole state and takes it in. What is wrong, for people; null when it went well. */
    public function pull(): ?string
    {
        $wrong = $this->read();
        if ($wrong === null) {
            $this->fault = '';
        } elseif ($this->fault === '') {
            $this->fault = 'answer';
        }
        return $wrong;
    }

    private function read(): ?string
    {
        $pages = [];
        $after = 0;
        $until = time() + self::PULL_SECONDS;
        do {
            if (time() >= $until) {
                return 'the desk takes too long to say how things stand';
            }
            $id = 'ask_' . bin2hex(random_bytes(16));
            $answer = $this->post('state', $id, ['after' => $after]);
            if ($answer['status'] !== 200) {
                // curl's words have milliseconds in them.
                $this->fault = $answer['status'] === 0 ? 'curl ' . $answer['errno'] : 'status ' . $answer['status'];
                return $this->words($answer);
            }
            $refusal = Signature::refusal(
                $this->settings->secret(),
                $answer['id'],
                $answer['timestamp'],
                $answer['signature'],
                $answer['body'],
                time()
            );
            if ($refusal !== null || $answer['id'] !== $id) {
                return 'the desk\'s answer is not signed as it has to be (' . ($refusal ?? 'id') . ')';
            }
            $page = json_decode($answer['body'], true);
            if (!is_array($page) || !isset($page['as_of'], $page['services']) || !is_array($page['services'])) {
                return 'the desk\'s answer cannot be read';
            }
            if (($page['directory'] ?? '') !== $this->settings->directory()) {
                return 'the desk answers for another directory';
            }
            $next = (int) ($page['next'] ?? 0);
            if ($next !== 0 && $next <= $after) {
                return 'the desk\'s answer goes round in circles';
            }
            $pages[] = $page;
            $after = $next;
        } while ($after > 0);
        $this->take($pages);
        return null;
    }

    private function take(array $pages): void
    {
        Capsule::connection()->transaction(static function () use ($pages) {
            foreach ($pages as $page) {
                Standings::apply($page['services'], (int) $page['as_of']);
            }
            Standings::forgetOlderThan((int) $pages[0]['as_of']);
            Standings::frame($pages[0]);
            Standings::set('counts', (string) json_encode($pages[0]['counts'] ?? []));
            Standings::set('oldest', (string) json_encode($pages[0]['oldest'] ?? []));
            Standings::set('pulled_at', (string) time());
            Standings::set('clock_apart', (string) (intdiv((int) $pages[0]['as_of'], 1000) - time()));
        });
    }

    /** @return array{status: int, id: string, timestamp: string, signature: string, body: string, error: string, errno: int} */
    private function post(string $what, string $id, array $message): array
    {
        $body = (string) json_encode($message, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE);
        $timestamp = time();
        $url = $this->settings->deskUrl() . '/bridge/v1/' . rawurlencode($this->settings->directory()) . '/' . $what;
        $headers = ['webhook-id' => '', 'webhook-timestamp' => '', 'webhook-signature' => ''];
        $curl = curl_init($url);
        curl_setopt_array($curl, [
            CURLOPT_POST => true,
            CURLOPT_POSTFIELDS => $body,
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_FOLLOWLOCATION => false,
            CURLOPT_CONNECTTIMEOUT => self::CONNECT_SECONDS,
            CURLOPT_TIMEOUT => self::SECONDS,
            CURLOPT_PROTOCOLS => CURLPROTO_HTTP | CURLPROTO_HTTPS,
            CURLOPT_HTTPHEADER => [
                'Content-Type: application/json',
                'webhook-id: ' . $id,
                'webhook-timestamp: ' . $timestamp,
                'webhook-signature: ' . Signature::sign($this->settings->secret(), $id, $timestamp, $body),
            ],
            CURLOPT_HEADERFUNCTION => static function ($curl, $line) use (&$headers) {
                $parts = explode(':', $line, 2);
                $name = strtolower(trim($parts[0]));
                if (isset($parts[1], $headers[$name])) {
                    $headers[$name] = trim($parts[1]);
                }
                return strlen($line);
            },
        ]);
        $answer = curl_exec($curl);
        $status = (int) curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
        $error = $answer === false ? curl_error($curl) : '';
        $errno = curl_errno($curl);
        return [
            'status' => $answer === false ? 0 : $status,
            'id' => $headers['webhook-id'],
            'timestamp' => $headers['webhook-timestamp'],
            'signature' => $headers['webhook-signature'],
            'body' => $answer === false ? '' : (string) $answer,
            'error' => $error,
            'errno' => $errno,
        ];
    }

    /** What is wrong, and where to set it right. */
    private function words(array $answer): string
    {
        $said = json_decode($answer['body'], true);
        $message = is_array($said) && isset($said['message']) ? ': ' . $said['message'] : '';
        switch ($answer['status']) {
            case 0:
                return 'the desk cannot be reached at ' . $this->settings->deskUrl() . ' (' . $answer['error'] . ')';
            case 401:
                return 'the desk does not believe the signature' . $message;
            case 404:
                return 'the desk has no bridge to a directory "' . $this->settings->directory() . '"; its name and '
                    . 'bridge_secret stand in the desk\'s configuration' . $message;
            default:
                return 'the desk answered with status ' . $answer['status'] . $message;
        }
    }
}
