<?php

/**
 * The parts of WHMCS that the addon touches, over SQLite: enough for its tests, with the names and answers that
 * WHMCS's developer documentation gives. No real WHMCS was at hand.
 */

namespace {
    if (!defined('WHMCS')) {
        define('WHMCS', true);
    }

    /** Hooks by name, in the order they were added. */
    $GLOBALS['stub_hooks'] = [];
    /** Lines of WHMCS's activity log. */
    $GLOBALS['stub_activity'] = [];
    /** Who is logged in: client id, user id, masquerading. */
    $GLOBALS['stub_user'] = [null, null, false];
    /** Whether the form's token was looked at. */
    $GLOBALS['stub_token_checked'] = 0;

    function add_hook($name, $priority, $work)
    {
        $GLOBALS['stub_hooks'][$name][] = $work;
    }

    function logActivity($text)
    {
        $GLOBALS['stub_activity'][] = $text;
    }

    function generate_token()
    {
        return '<input type="hidden" name="token" value="stub">';
    }

    function check_token($name)
    {
        $GLOBALS['stub_token_checked']++;
    }

    /** WHMCS's own decryption: what it did not encrypt comes out as rubbish. */
    function decrypt($text)
    {
        return strpos($text, 'enc:') === 0 ? (string) base64_decode(substr($text, 4)) : "\x8f\x01" . $text;
    }

    /** What WHMCS does with the answers of a hook: the last one that says something counts. */
    function stub_run_hook($name, $vars = null)
    {
        $answer = null;
        foreach ($GLOBALS['stub_hooks'][$name] ?? [] as $work) {
            $said = $work($vars);
            $answer = $said === null ? $answer : $said;
        }
        return $answer;
    }
}

namespace WHMCS\Module {
    abstract class AbstractWidget
    {
        /** As documented. */
        public function getId()
        {
            return static::class;
        }

        abstract public function getData();

        abstract public function generateOutput($data);
    }
}

namespace WHMCS\User {
    /** A note of the customer area. */
    class Alert
    {
        public $message;
        public $severity;
        public $link;

        public function __construct($message, $severity = 'info', $link = null, $linkText = null)
        {
            $this->message = $message;
            $this->severity = $severity;
            $this->link = $link;
        }
    }
}

namespace WHMCS\Module\Addon {
    /** The model of the addons' settings, as newer versions have it: `model:` stands for what only it can read. */
    class Setting
    {
        public static function getSettingValueForModule(string $module, string $setting): ?string
        {
            $row = \WHMCS\Database\Capsule::table('tbladdonmodules')->where('module', $module)->where('setting', $setting)->first();
            $value = $row === null ? null : $row->value;
            return strpos((string) $value, 'model:') === 0 ? (string) base64_decode(substr($value, 6)) : $value;
        }
    }
}

namespace WHMCS\Authentication {
    class CurrentUser
    {
        public function client()
        {
            $id = $GLOBALS['stub_user'][0];
            $row = \WHMCS\Database\Capsule::table('tblclients')->where('id', (int) $id)->select('language')->first();
            return $id === null ? null : (object) ['id' => $id, 'language' => $row->language ?? ''];
        }

        public function user()
        {
            $id = $GLOBALS['stub_user'][1];
            return $id === null ? null : (object) ['id' => $id, 'email' => "user$id@example.com"];
        }

        public function isMasqueradingAdmin()
        {
            return $GLOBALS['stub_user'][2];
        }
    }
}

namespace Stub {
    /** An entry of WHMCS's menus. */
    class Item
    {
        public $children = [];
        public $body = '';
        public $attributes = [];

        public function addChild($name, array $attributes = [])
        {
            $child = new self();
            $child->attributes = $attributes;
            return $this->children[$name] = $child;
        }

        public function setBodyHtml($html)
        {
            $this->body = $html;
            return $this;
        }
    }

    class Collection extends \ArrayObject
    {
        public function toArray()
        {
            return $this->getArrayCopy();
        }
    }

    class Query
    {
        private $table;
        private $wheres = [];
        private $values = [];
        private $order = '';
        private $limit = '';
        private $columns = '*';

        public function __construct(string $table)
        {
            $this->table = $table;
        }

        public function where($column, $operator, $value = null)
        {
            if (func_num_args() === 2) {
                [$operator, $value] = ['=', $operator];
            }
            if (!in_array($operator, ['=', '!=', '<', '<=', '>', '>='], true)) {
                throw new \InvalidArgumentException($operator);
            }
            $this->wheres[] = "\"$column\" $operator ?";
            $this->values[] = $value;
            return $this;
        }

        public function select(...$columns)
        {
            $this->columns = '"' . implode('", "', $columns) . '"';
            return $this;
        }

        public function orderBy($column)
        {
            $this->order = " ORDER BY \"$column\"";
            return $this;
        }

        public function limit($count)
        {
            $this->limit = ' LIMIT ' . (int) $count;
            return $this;
        }

        public function get()
        {
            return new Collection($this->run("SELECT $this->columns FROM \"$this->table\"" . $this->condition() . $this->order . $this->limit)->fetchAll(\PDO::FETCH_OBJ));
        }

        public function first()
        {
            $this->limit = ' LIMIT 1';
            $rows = $this->get()->toArray();
            return $rows[0] ?? null;
        }

        public function pluck($value, $key)
        {
            $found = [];
            foreach ($this->get() as $row) {
                $found[$row->$key] = $row->$value;
            }
            return new Collection($found);
        }

        public function count()
        {
            return (int) $this->run("SELECT count(*) FROM \"$this->table\"" . $this->condition())->fetchColumn();
        }

        public function insert(array $row)
        {
            $columns = '"' . implode('", "', array_keys($row)) . '"';
            $marks = implode(', ', array_fill(0, count($row), '?'));
            $this->values = array_values($row);
            $this->run("INSERT INTO \"$this->table\" ($columns) VALUES ($marks)");
            return true;
        }

        public function update(array $row)
        {
            $sets = implode(', ', array_map(static function ($column) {
                return "\"$column\" = ?";
            }, array_keys($row)));
            $this->values = array_merge(array_values($row), $this->values);
            return $this->run("UPDATE \"$this->table\" SET $sets" . $this->condition())->rowCount();
        }

        public function delete()
        {
            return $this->run("DELETE FROM \"$this->table\"" . $this->condition())->rowCount();
        }

        private function condition(): string
        {
            return $this->wheres === [] ? '' : ' WHERE ' . implode(' AND ', $this->wheres);
        }

        private function run(string $sql)
        {
            $statement = Connection::pdo()->prepare($sql);
            $statement->execute($this->values);
            return $statement;
        }
    }

    class Connection
    {
        public static function pdo(): \PDO
        {
            static $pdo = null;
            if ($pdo === null) {
                $pdo = new \PDO('sqlite:' . getenv('PORTREEVE_STUB_DB'));
                $pdo->setAttribute(\PDO::ATTR_ERRMODE, \PDO::ERRMODE_EXCEPTION);
                $pdo->exec('PRAGMA busy_timeout = 5000');
            }
            return $pdo;
        }

        public function transaction(callable $work)
        {
            self::pdo()->beginTransaction();
            try {
                $result = $work();
                self::pdo()->commit();
                return $result;
            } catch (\Throwable $error) {
                self::pdo()->rollBack();
                throw $error;
            }
        }
    }

    /** A column or table in the making, as Laravel's Blueprint. */
    class Blueprint
    {
        public $columns = [];

        public function increments($name)
        {
            return $this->add($name, 'INTEGER PRIMARY KEY AUTOINCREMENT');
        }

        public function integer($name)
        {
            return $this->add($name, 'INTEGER');
        }

        public function bigInteger($name)
        {
            return $this->add($name, 'INTEGER');
        }

        public function string($name, $length)
        {
            return $this->add($name, 'TEXT');
        }

        public function text($name)
        {
            return $this->add($name, 'TEXT');
        }

        private function add($name, $type)
        {
            $this->columns[$name] = $type;
            $columns = &$this->columns;
            return new class ($columns, $name) {
                private $columns;
                private $name;

                public function __construct(array &$columns, string $name)
                {
                    $this->columns = &$columns;
                    $this->name = $name;
                }

                public function primary()
                {
                    $this->columns[$this->name] .= ' PRIMARY KEY';
                }

                public function index()
                {
                }
            };
        }
    }

    class Schema
    {
        public function hasTable($name)
        {
            $sql = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?";
            $statement = Connection::pdo()->prepare($sql);
            $statement->execute([$name]);
            return (int) $statement->fetchColumn() > 0;
        }

        public function create($name, callable $work)
        {
            $table = new Blueprint();
            $work($table);
            $columns = [];
            foreach ($table->columns as $column => $type) {
                $columns[] = "\"$column\" $type";
            }
            Connection::pdo()->exec("CREATE TABLE \"$name\" (" . implode(', ', $columns) . ')');
        }
    }
}

namespace WHMCS\Database {
    class Capsule
    {
        public static function table($name)
        {
            return new \Stub\Query($name);
        }

        public static function schema()
        {
            return new \Stub\Schema();
        }

        public static function connection()
        {
            return new \Stub\Connection();
        }
    }
}
