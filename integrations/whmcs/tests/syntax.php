<?php

/**
 * Checks that the addon has nothing in it that PHP 7.4 does not know. It looks at the tokens of a newer PHP;
 * together with `php -l` that is as near as one gets without the old version.
 */

$root = dirname(__DIR__) . '/modules/addons/portreeve';
$wrong = [];
foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator($root)) as $file) {
    if ($file->getExtension() !== 'php') {
        continue;
    }
    $path = $file->getPathname();
    exec('php -l ' . escapeshellarg($path) . ' 2>&1', $output, $status);
    if ($status !== 0) {
        $wrong[] = implode(' ', $output);
    }
    foreach (newer((string) file_get_contents($path)) as $what) {
        $wrong[] = substr($path, strlen($root) + 1) . ": $what";
    }
}

/** @return string[] */
function newer(string $code): array
{
    $names = ['T_MATCH', 'T_ENUM', 'T_READONLY', 'T_ATTRIBUTE', 'T_NULLSAFE_OBJECT_OPERATOR'];
    $functions = [
        'str_contains', 'str_starts_with', 'str_ends_with', 'get_debug_type', 'get_resource_id', 'fdiv', 'array_is_list',
        'array_find', 'json_validate', 'array_any', 'array_all', 'mb_str_pad', 'fsync',
    ];
    $tokens = array_values(array_filter(PhpToken::tokenize($code), static function ($token) {
        return !$token->isIgnorable();
    }));
    $found = [];
    foreach ($tokens as $n => $token) {
        $before = $tokens[$n - 1] ?? null;
        $after = $tokens[$n + 1] ?? null;
        $said = static function (string $what) use (&$found, $token) {
            $found[] = "line $token->line: $what";
        };
        if (in_array($token->getTokenName(), $names, true)) {
            $said($token->getTokenName());
        }
        if ($token->is(T_STRING) && in_array(strtolower($token->text), $functions, true) && $after && $after->text === '(') {
            $said("$token->text()");
        }
        // `f($a, )` is good in a call since 7.3, in a declaration since 8.0.
        if ($token->text === ',' && $after && $after->text === ')' && is_declaration($tokens, $n)) {
            $said('a comma at the end of parameters');
        }
        if ($token->is(T_THROW) && $before && !in_array($before->text, [';', '{', '}', ':'], true)) {
            $said('throw as an expression');
        }
        if ($token->text === '|' && $before && $after && $before->is([T_STRING, T_ARRAY]) && $after->is([T_STRING, T_ARRAY]) && is_declaration($tokens, $n)) {
            $said('a type of several');
        }
        if ($token->is([T_PUBLIC, T_PRIVATE, T_PROTECTED]) && is_declaration($tokens, $n)) {
            $said('a promoted parameter');
        }
        if ($token->is(T_STRING) && strtolower($token->text) === 'mixed' && $after && $after->is(T_VARIABLE)) {
            $said('mixed');
        }
        if ($token->is(T_STATIC) && $before && $before->text === ':') {
            $said('static as a type');
        }
        if ($token->is(T_CATCH)) {
            $end = $n + 1;
            while ($tokens[$end]->text !== ')') {
                $end++;
            }
            if (!$tokens[$end - 1]->is(T_VARIABLE)) {
                $said('catch without a variable');
            }
        }
        // A named argument: a word and a colon behind `(` or `,`, and no ternary.
        if ($token->is(T_STRING) && $after && $after->text === ':' && $before && in_array($before->text, ['(', ','], true)) {
            $said('a named argument');
        }
    }
    return $found;
}

/** Whether a token stands between the parentheses behind `function` or `fn`. */
function is_declaration(array $tokens, int $at): bool
{
    $depth = 0;
    for ($n = $at - 1; $n >= 0; $n--) {
        $text = $tokens[$n]->text;
        if ($text === ')') {
            $depth++;
        } elseif ($text === '(') {
            if ($depth === 0) {
                $head = $tokens[$n - 1] ?? null;
                $name = $tokens[$n - 2] ?? null;
                return ($head && $head->is([T_FUNCTION, T_FN])) || ($name && $name->is([T_FUNCTION]))
                    || ($name && $name->text === '&');
            }
            $depth--;
        } elseif ($depth === 0 && in_array($text, [';', '{', '}'], true)) {
            return false;
        }
    }
    return false;
}

// The check itself has to be able to fail.
foreach ([
    'match (1) { 1 => 2 };', '$a?->b;', 'str_contains($a, $b);', 'function f($a,) {}', 'f(name: 1);',
    'function f(int|string $a) {}', 'class A { function __construct(private $a) {} }', '$a ?? throw new E();',
    'try {} catch (E) {}', 'function f(): static {}', 'function f(mixed $a) {}', '#[A] class B {}',
] as $new) {
    if (newer("<?php $new") === []) {
        $wrong[] = "the check does not see: $new";
    }
}
foreach (['f($a,);', 'fn($a) => $a ? b : c;', 'function f(?int $a = null) {}', 'switch ($a) { case B: c(); }'] as $old) {
    if (newer("<?php $old") !== []) {
        $wrong[] = "the check sees what is not there: $old " . implode(', ', newer("<?php $old"));
    }
}

if ($wrong !== []) {
    fwrite(STDERR, implode("\n", $wrong) . "\n");
    exit(1);
}
echo "nothing newer than PHP 7.4\n";
