<?php // Read by PHP when you have one; the responder of the quickstart only looks at the name.
foreach ($_SERVER as $name => $value) {
    echo "$name = $value\n";
}
