// SPDX-License-Identifier: Apache-2.0
// stdin: {"base": URL, "targets": [...]}; stdout: where a browser would go (WHATWG URL), per target.
let text = '';
for await (const part of process.stdin) text += part;
const { base, targets } = JSON.parse(text);
console.log(JSON.stringify(targets.map((t) => {
  try { return new URL(t, base).origin; } catch { return 'unparsable'; }
})));
