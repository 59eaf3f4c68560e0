<?php

// A desk for `php -S`: writes down every call and answers what a file says.
require_once __DIR__ . '/whmcs.php';
require_once __DIR__ . '/../../modules/addons/portreeve/lib/autoload.php';

use Portreeve\Signature;

$folder = getenv('PORTREEVE_DESK');
$body = file_get_contents('php://input');
$id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
$call = [
    'path' => $_SERVER['REQUEST_URI'],
    'id' => $id,
    'refusal' => Signature::refusal(
        (string) file_get_contents("$folder/secret"),
        $id,
        $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '',
        $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '',
        $body,
        time()
    ),
    'body' => json_decode($body, true),
    'raw' => $body,
];
file_put_contents("$folder/calls", json_encode($call) . "\n", FILE_APPEND);
$answers = json_decode((string) file_get_contents("$folder/answers"), true);
$answer = count($answers) > 1 ? array_shift($answers) : $answers[0];
file_put_contents("$folder/answers", json_encode($answers));
http_response_code($answer['status']);
$text = json_encode($answer['body']);
header('webhook-id: ' . ($answer['id'] ?? $id));
header('webhook-timestamp: ' . time());
$signed = Signature::sign((string) file_get_contents("$folder/secret"), $answer['id'] ?? $id, time(), $text);
header('webhook-signature: ' . $signed);
echo $answer['tampered'] ?? false ? $text . ' ' : $text;
