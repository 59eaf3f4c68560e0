<?php

// What stands for WHMCS's own init.php in the site that the tests serve.
require_once getenv('PORTREEVE_STUBS') . '/whmcs.php';
