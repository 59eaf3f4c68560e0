<?php

/**
 * Checks that the addon has nothing in it that PHP 7.2 does not know, the oldest that WHMCS 8 runs on. It looks at the
 * tokens of a newer PHP; together with `php -l` that is as near as one gets without the old version.
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
    // 7.4: T_FN, T_COALESCE_EQUAL; the others are of 8.0 and later.
    $names = ['T_FN', 'T_COALESCE_EQUAL', 'T_MATCH', 'T_ENUM', 'T_READONLY', 'T_ATTRIBUTE', 'T_NULLSAFE_OBJECT_OPERATOR'];
    $functions = [
        'str_contains', 'str_starts_with', 'str_ends_with', 'get_debug_type', 'get_resource_id', 'fdiv', 'array_is_list',
        'array_find', 'json_validate', 'array_any', 'array_all', 'mb_str_pad', 'fsync',
        // 7.3 and 7.4
        'array_key_first', 'array_key_last', 'is_countable', 'hrtime', 'mb_str_split', 'password_algos', 'gc_status',
    ];
    $constants = ['JSON_THROW_ON_ERROR'];
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
        if ($token->is(T_STRING) && in_array($token->text, $constants, true)) {
            $said($token->text);
        }
        // `f($a, )` is good in a call since 7.3, in a declaration since 8.0; in a list of an array always.
        if ($token->text === ',' && $after && $after->text === ')' && !is_array_list($tokens, $n)) {
            $said('a comma at the end of parameters or arguments');
        }
        // `private int $a` is good since 7.4: a type stands between the modifier and the variable.
        if ($token->is([T_PUBLIC, T_PRIVATE, T_PROTECTED, T_VAR]) && has_typed_property($tokens, $n)) {
            $said('a property with a type');
        }
        // `[...$a]` is good in an array since 7.4, in a call always.
        if ($token->is(T_ELLIPSIS) && $before && $before->text === '[') {
            $said('an array that is spread');
        }
        if ($token->is([T_LNUMBER, T_DNUMBER]) && strpos($token->text, '_') !== false) {
            $said('a number with a separator');
        }
        // A heredoc whose end is indented is good since 7.3.
        if ($token->is(T_END_HEREDOC) && $token->text !== ltrim($token->text)) {
            $said('a heredoc that ends indented');
        }
        // A reference in a list is good since 7.3.
        if ($token->text === '&' && $before && $after && in_array($before->text, ['[', ','], true) && $after->is(T_VARIABLE) && is_assigned_list($tokens, $n)) {
            $said('a reference in a list');
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

/** Whether the parenthesis before this token, which is still open, is that of `array(` or `list(`. */
function is_array_list(array $tokens, int $at): bool
{
    $depth = 0;
    for ($n = $at - 1; $n >= 0; $n--) {
        $text = $tokens[$n]->text;
        if (in_array($text, [')', ']', '}'], true)) {
            $depth++;
        } elseif (in_array($text, ['(', '[', '{'], true)) {
            if ($depth === 0) {
                return $text !== '(' || ($n > 0 && $tokens[$n - 1]->is([T_ARRAY, T_LIST]));
            }
            $depth--;
        }
    }
    return false;
}

/** Whether a modifier begins a property whose type is said. */
function has_typed_property(array $tokens, int $at): bool
{
    $typed = false;
    for ($n = $at + 1; $n < count($tokens); $n++) {
        $token = $tokens[$n];
        if ($token->is([T_FUNCTION, T_CONST])) {
            return false;
        }
        if ($token->is(T_VARIABLE)) {
            return $typed;
        }
        $typed = $typed || !$token->is([T_STATIC, T_PUBLIC, T_PRIVATE, T_PROTECTED, T_ABSTRACT, T_FINAL]);
    }
    return false;
}

/** Whether the bracket before this token, which is still open, closes before an `=`. */
function is_assigned_list(array $tokens, int $at): bool
{
    $depth = 0;
    for ($n = $at; $n < count($tokens); $n++) {
        if ($tokens[$n]->text === '[') {
            $depth++;
        } elseif ($tokens[$n]->text === ']' && $depth-- === 0) {
            return isset($tokens[$n + 1]) && $tokens[$n + 1]->text === '=';
        }
    }
    return false;
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
    'f($a,);', 'fn($a) => $a;', '$a ??= 1;', 'class A { private int $b; }', 'class A { public static ?string $b = null; }',
    '[...$a];', '1_000;', "\$a = <<<X\n  a\n  X;", '[&$a, $b] = $c;', 'array_key_first($a);', 'json_decode($a, true, 9, JSON_THROW_ON_ERROR);',
] as $new) {
    if (newer("<?php $new") === []) {
        $wrong[] = "the check does not see: $new";
    }
}
foreach ([
    'function ($a) { return $a ? b : c; };', 'function f(?int $a = null) {}', 'switch ($a) { case B: c(); }', 'array($a,);', '[$a, ];',
    'class A { private static $b = 1; protected $c; public const D = 1; public function e(int $f): int { return $f; } }', 'f(...$a);',
    'function f(array &$a) {}', '[$a, $b] = $c;', "\$a = <<<X\na\nX;",
] as $old) {
    if (newer("<?php $old") !== []) {
        $wrong[] = "the check sees what is not there: $old " . implode(', ', newer("<?php $old"));
    }
}

if ($wrong !== []) {
    fwrite(STDERR, implode("\n", $wrong) . "\n");
    exit(1);
}
echo "nothing newer than PHP 7.2\n";
