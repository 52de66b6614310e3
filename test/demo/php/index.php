<?php
/* SPDX-License-Identifier: Apache-2.0 */
/* An application that knows nothing of OpenID Connect: it prints what stands in $_SERVER. */
header('Content-Type: text/html; charset=utf-8');
$claims = array_filter(
    $_SERVER,
    fn($name) => $name === 'REMOTE_USER' || str_starts_with($name, 'OIDC_CLAIM_'),
    ARRAY_FILTER_USE_KEY
);
ksort($claims);
$quote = fn($text) => htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
?>
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>PHP</title><link rel="stylesheet" href="/style.css"></head>
<body>
<h1>A PHP page</h1>
<table>
<?php foreach ($claims as $name => $value): ?>
<tr><th><?= $quote($name) ?></th><td><?= $quote($value) ?></td></tr>
<?php endforeach ?>
</table>
<p><a href="/">Back</a></p>
</body>
</html>
