<?php
// One mail as Roundcube shows it: HTML on standard input, the message part of Roundcube's page on standard output.
// Usage: php wash.php FOLDER BOOTSTRAP, the folder of Roundcube and the style sheet that its skin is built on.
//
// What is done to the mail is done by Roundcube's own wash_html() and its callbacks, called as
// program/actions/mail/show.php calls them for a message that is shown in the page and whose sender is not trusted.
// What it would ask the running application for is answered here.

error_reporting(E_ALL & ~E_DEPRECATED);
ini_set('display_errors', 'stderr');
define('RCUBE_CHARSET', 'UTF-8');
define('RCMAIL_CHARSET', 'UTF-8');

$folder = rtrim($argv[1], '/');
define('INSTALL_PATH', $folder . '/');
spl_autoload_register(function ($class) use ($folder) {
    $files = strpos($class, 'Masterminds\\') === 0
        ? ['/usr/share/php/' . str_replace('\\', '/', $class) . '.php']
        : ["$folder/program/lib/Roundcube/$class.php", "$folder/program/include/$class.php"];
    foreach (array_filter($files, 'is_file') as $file) {
        require_once $file;
    }
});

/** The application, as far as the sanitizer asks for it: a new installation with its defaults. */
class rcmail extends rcube
{
    public static function get_instance($mode = 0, $env = '')
    {
        return self::$instance ?? self::$instance = new self();
    }

    protected function __construct($env = '')
    {
        $this->output = $this->config = $this;
    }

    public function asset_url($path)
    {
        $file = INSTALL_PATH . $path;
        return is_file($file) ? 'data:image/gif;base64,' . base64_encode(file_get_contents($file)) : $path;
    }

    public function url($parameters)
    {
        return './?' . http_build_query($parameters);
    }

    public function get($name, $default = null)
    {
        return $default;
    }
}
rcmail::get_instance();

class rcmail_action
{
}

require "$folder/program/actions/mail/index.php";

// As in show.php, for the first part of a message.
$part = 'message-htmlpart1';
$body = rcmail_action_mail_index::wash_html(stream_get_contents(STDIN), [
    'safe' => false,
    'css_prefix' => 'v1',
    'body_class' => 'rcmBody',
    'container_id' => $part,
    'add_comments' => false,
]);
// Of a mail in which nothing is left there is the container still.
if (!is_string($body) || trim($body) === '') {
    fwrite(STDERR, 'wash_html() returns ' . get_debug_type($body) . " in the place of a mail\n");
    exit(3);
}

// The style sheets that Roundcube's page loads, but for those of the window around the message.
$styles = file_get_contents($argv[2]);
$own = '.message-htmlpart{padding-top:.5rem;position:relative}div.rcmBody{margin:0 auto !important}';
echo '<!DOCTYPE html><html><head><meta charset="UTF-8"><title>Roundcube</title><style>', $styles, $own,
    '</style></head><body><div class="message-htmlpart" id="', $part, '">', $body, '</div></body></html>';
