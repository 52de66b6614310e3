<?php
/* SPDX-License-Identifier: Apache-2.0 */
/* The PHP application of the tests: prints what it was given as JSON. */
header('Content-Type: application/json; charset=utf-8');
$seen = [];
foreach ($_SERVER as $name => $value) {
    if (preg_match('/^(OIDC_|REMOTE_USER|AUTH_TYPE)/', $name)) {
        $seen[$name] = $value;
    }
}
echo json_encode(['mark' => 'PROTECTED-CONTENT', 'env' => $seen, 'sapi' => PHP_SAPI],
    JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
