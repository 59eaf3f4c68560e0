<?php

namespace Portreeve;

use WHMCS\Module\AbstractWidget;

if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

/** The box on the first page of the panel's staff. */
class Widget extends AbstractWidget
{
    protected $title = 'Abuse reports';
    protected $description = 'What waits at the abuse desk';
    protected $weight = 150;
    protected $columns = 1;
    protected $cache = false;

    /** As for the page of a service, where its reports are shown, too. */
    protected $requiredPermission = 'View Clients Products/Services';

    /** WHMCS puts it into HTML ids and addresses, and would take the class name with its backslash. */
    public function getId()
    {
        return 'PortreeveWidget';
    }

    public function getData()
    {
        return Texts::ofStaff();
    }

    public function generateOutput($data)
    {
        return '<div class="widget-content-padded">' . Admin::counts($data) . '</div>';
    }
}
