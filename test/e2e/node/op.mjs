// SPDX-License-Identifier: Apache-2.0
// The certified provider of npm, configured by one JSON argument:
// {"port": 1, "clients": [...], "users": {"alice": {"name": ...}}}
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';

const { port, clients, users } = JSON.parse(process.argv[2]);

const jwk = (pair, members) => ({ ...pair.privateKey.export({ format: 'jwk' }), use: 'sig', ...members });
const keys = [
  jwk(generateKeyPairSync('rsa', { modulusLength: 2048 }), { kid: 'node-rsa' }),
  jwk(generateKeyPairSync('ec', { namedCurve: 'P-256' }), { kid: 'node-ec' }),
];

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients,
  jwks: { keys },
  cookies: { keys: ['not a secret of anybody'] },
  claims: { openid: ['sub'], profile: ['name', 'groups'], email: ['email'] },
  findAccount: (ctx, id) => users[id] && { accountId: id, claims: () => ({ sub: id, ...users[id] }) },
  features: { devInteractions: { enabled: true } },
  pkce: { methods: ['S256'], required: () => true },
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256'] },
  ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
});
provider.listen(port, '127.0.0.1');
