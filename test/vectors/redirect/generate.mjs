// SPDX-License-Identifier: Apache-2.0
// Makes hostile.json: redirect targets, each with the origin that a WHATWG URL parser (Node's) gives it when it
// stands in a Location header of https://rp.test/app/page. Run: node generate.mjs > hostile.json
const base = 'https://rp.test/app/page';
const targets = new Set();

const hosts = ['evil.test', 'rp.test.evil.test', 'evil-rp.test', 'xrp.test', 'rp.testx', 'rp.test.', 'evil.test.',
  'rp.test@evil.test', 'rp.test:443@evil.test', 'rp.test%40evil.test', ':@evil.test', '@evil.test', 'rp.test:80@evil.test',
  'rp。test', 'evil．test', 'evil｡test', 'rp.test／evil.test', 'rp.tеst', 'ｒｐ.test', 'rp.test〱', 'rp.testゝ', 'rp.testー',
  'xn--evl-hoa.test', 'rp%E3%80%82test', 'evil%E3%80%82test', '3627734734', '0xd83acec6', '0330.072.0316.0306',
  '216.58.206.198', '216.58.52934', '127.1', '0', '0x7f.1', '[::1]', '[::ffff:216.58.206.198]', '[::ffff:d83a:cec6]',
  '[::]', '[1:2:3:4:5:6:7:8]', '[rp.test]', 'rp.test:8443', 'rp.test:80', 'rp.test:', 'rp.test:0', 'rp.test:65536',
  'rp.test:443:443', 'rp.test:443evil', 'evil.test:443', 'rp.test%2eevil.test', 'rp.test%00.evil.test', 'rp.test%2f.evil.test',
  'rp.test%5c.evil.test', 'evil%2etest', 'rp_test', '-rp.test', 'rp..test', '.rp.test', 'localhost', 'rp.test#@evil.test',
  'evil.test#rp.test', 'evil.test?rp.test', 'evil.test;rp.test', 'rp.test;evil.test', 'rp.test,evil.test', 'rp.test&evil.test',
  'rp.test$evil.test', 'rp.test!evil.test', 'rp.test\'evil.test', 'rp.test(evil.test', 'rp.test*evil.test', 'rp.test^evil.test',
  'rp.test`evil.test', 'rp.test{evil.test', 'rp.test|evil.test', 'rp.test}evil.test', 'rp.test"evil.test', 'rp.test<evil.test',
  'rp.test>evil.test', 'rp.test[evil.test', 'rp.test]evil.test', 'rp.test evil.test', 'rp.test+evil.test', 'rp.test=evil.test'];

const prefixes = ['//', '///', '////', '/////', '\\\\', '/\\', '\\/', '/\\/', '\\/\\', '\\\\\\', '/ /', ' //', '//\t', '/\t/', '/\n/',
  '/\r/', '\t//', '\n//', '\r\n//', '\u000b//', '\u000c//', '\u0001//', '\u001f//', '\u007f//', '\u0085//', '\u00a0//', '\u2028//',
  '\u3000//', '\ufeff//', './/', './/.//', '../', '..//', '/.//', '/..//', '/./\\', '/../\\', '/%2e//', '/%2e%2e//', '/;//', '/?//', '/#//',
  'http:', 'https:', 'HTTP:', 'hTtPs:', 'http:/', 'https:/', 'https:\\', 'https:\\\\', 'https:/\\', 'https:\\/', 'http://', 'https://',
  'HTTPS://', 'https:///', 'https:////', 'https:\\\\\\', ' https://', '\thttps://', 'ht\ttps://', 'https\n://', 'https:\t//', 'https:/\t/',
  'https://\t', 'https ://', 'https: //', 'https%3a//', 'https%3A%2F%2F', 'https:%2F%2F', 'https:/%2F', '\u0000https://',
  '\u0001https://', '\u001fhttps://', '／／', '／', '/／', 'https:／／', 'httpsː//', '⁄⁄', '∕∕', '〳〳', '〵〵', 'ftp://', 'ws://', 'wss://',
  'file://', 'file:///', 'blob:https://', 'filesystem:https://', 'view-source:https://', 'jar:https://', 'feed:https://', 'gopher://', 'x:',
  'x://', 'x:/', '//https://', '/https://', 'https://https://', '%2f%2f', '%2F/', '/%2f', '/%2F', '/%5c', '/%5C', '%5c%5c', '/%09/',
  '/%0a/', '/%0d%0a/', '/%0d%0aLocation:%20https://', '/%00/', '/%20/', '/%7f/', '/%E2%80%A8/', '/%c0%af/', '/\u00a0/', '/\u0001/', '/\u001f/',
  '/\u007f/', '/\r\nLocation: https://', '?//', '#//', '@', '/@', '//@', ':', '://', ':80/', '/:80/', '//:80@', 'rp.test', 'rp.test:443/',
  'https://rp.test', 'https://rp.test@', 'https://rp.test:443@', 'https://rp.test:@', 'https://rp.test\\@', 'https://rp.test/\\@',
  'https://rp.test.', 'https://rp.test%40', 'https://rp.test%2540', 'https://rp.test\t', 'https://rp.test\u0000', 'https://rp.test\u00ad'];

const whole = ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'java\tscript:alert(1)', 'java\nscript:alert(1)', 'JaVa%0ascript:alert(1)',
  ' javascript:alert(1)', '\u0001javascript:alert(1)', 'javascript://rp.test/%0aalert(1)', 'javascript:/rp.test/%0aalert(1)',
  'javascript:https://rp.test/', 'javascript&#58;alert(1)', 'javascript%3aalert(1)', 'x:1/:///%01javascript:alert(document.cookie)/',
  'data:text/html,<script>alert(1)</script>', 'data:text/html;base64,PHNjcmlwdD4=', 'DATA:text/html,x', 'data://rp.test/,x', 'vbscript:msgbox(1)',
  'about:blank', 'blob:https://rp.test/1', 'mailto:a@rp.test', 'tel:1', 'file:///etc/passwd', 'http:evil.test', 'https:evil.test', 'https:/evil.test',
  'http:3627734734', 'http:/rp.test/', 'https:rp.test', 'https:', 'https:/', 'https://', 'https:///', 'https://#', 'https://?', 'https://:443', 'https://@',
  'https://@/', 'http://', '//', '///', '/\\', '\\', '\\\\', '', ' ', '.', '..', 'page', 'page/evil', '?x', '#x', 'http://rp.test/', 'http://rp.test:443/',
  'https://rp.test:8443/', 'https://rp.test:444/', 'https://rp.test:00443/', 'https://rp.test:+443/', 'https://rp.test: 443/', 'https://rp.test:4.43/',
  'https://rp.test:443/\r\nSet-Cookie: a=b', '/ok\r\nSet-Cookie: a=b', '/ok\nX: y', '/ok\rX: y', '/ok%0d%0aX: y', '/ok%0d%0aX:%20y', '/a b', '/é', '/\u2028',
  '<script>', '"><script>', '//evil.test/%2f..', '//evil.test/..;/css', '/../evil.test', '/%2e%2e/%2e%2e//evil.test', '/..%2f..%2f/evil.test', '/.evil.test',
  '/\u200bevil', 'https://rp.test\u200b.evil.test/', 'https://rp.test\u202e/', 'https://[rp.test]/', 'https://[::1%25eth0]/', 'https://[::1]evil/', 'https://[::1/',
  'https://::1/', 'https://a@b@rp.test/', 'https://user:pass@rp.test/', 'https://rp.test:443:/'];

for (const w of whole) targets.add(w);
for (const p of prefixes) {
  targets.add(p + 'evil.test');
  targets.add(p + 'evil.test/%2f..');
  targets.add(p + 'rp.test@evil.test/');
}
for (const h of hosts) for (const p of ['//', '/\\', 'https://', 'http://', 'https:', '///', '/']) targets.add(p + h + '/');

// one extra percent-encoding: of all that is not a letter or digit, of the first such byte, of '%' alone
const escape = (c) => [...new TextEncoder().encode(c)].map((b) => '%' + b.toString(16).padStart(2, '0')).join('');
for (const x of [...targets]) {
  targets.add([...x].map((c) => (/[A-Za-z0-9]/.test(c) ? c : escape(c))).join(''));
  targets.add(x.replace(/[^A-Za-z0-9]/u, (c) => escape(c)));
  if (x.startsWith('/')) targets.add('/' + [...x.slice(1)].map((c) => (/[A-Za-z0-9.]/.test(c) ? c : escape(c))).join(''));
  if (x.includes('%')) targets.add(x.replaceAll('%', '%25'));
}

const origin = (x) => { try { return new URL(x, base).origin; } catch { return 'none'; } };
const rows = [...targets].filter((x) => !x.includes('\u0000')).map((x) => JSON.stringify([x, origin(x)]));
console.log('[\n' + rows.join(',\n') + '\n]');
