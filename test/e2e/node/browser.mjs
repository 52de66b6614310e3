// SPDX-License-Identifier: Apache-2.0
// A real browser through one scenario. stdin: {"chromium", "scenario", ...}; stdout: what was seen.
import { chromium } from 'playwright-core';

let text = '';
for await (const part of process.stdin) text += part;
const given = JSON.parse(text);

const browser = await chromium.launch({
  executablePath: given.chromium,
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--disable-default-apps', '--disable-extensions',
    '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1 , EXCLUDE *.localhost'],
});
const context = await browser.newContext({
  ignoreHTTPSErrors: true,
  httpCredentials: given.credentials,
  userAgent: undefined,
});
context.setDefaultTimeout(15000);
const problems = [];
context.on('weberror', (e) => problems.push(String(e.error())));

const body = async (page) => (await page.locator('body').innerText());
const json = async (page) => JSON.parse(await body(page));

// The answer to a request for a page, before any redirect is followed: [status, Location].
async function redirected(url) {
  const page = await context.newPage();
  const first = page.waitForResponse((r) => r.url() === url);
  await page.goto(url).catch(() => {});
  const answer = await first;
  return [answer.status(), answer.headers().location || ''];
}

// A self-submitting form of the provider brings the browser back by itself.
const home = (page) => page.waitForURL((u) => u.toString().startsWith(given.site) && !u.pathname.startsWith('/oidc/'));

// Whatever forms a provider shows, filled until the browser is back at our site.
async function signIn(page, url) {
  await page.goto(url);
  if (!given.fields) return home(page);
  for (let i = 0; i < 6 && !page.url().startsWith(given.site); i++) {
    for (const [name, value] of Object.entries(given.fields || {})) {
      const field = page.locator(`input[name="${name}"]:visible`);
      if (await field.count()) await field.first().fill(value);
    }
    const before = page.url();
    await Promise.all([page.waitForURL((u) => u.toString() !== before), page.locator('[type=submit]').first().click()]);
    await page.waitForLoadState();
  }
  return home(page);
}

const scenarios = {
  // log in, see the claims, log out, be asked again
  async whole() {
    const page = await context.newPage();
    await signIn(page, given.page);
    const seen = await json(page);
    const cookies = await context.cookies(given.page);
    const reload = await page.reload();
    const stays = reload.status() === 200;
    const answer = await page.goto(given.logout);
    const out = { status: answer.status(), url: page.url(), text: await body(page) };
    for (const label of given.confirm || []) {
      const button = page.locator(label);
      if (!await button.count()) continue;
      const before = page.url();
      await Promise.all([page.waitForURL((u) => u.toString() !== before), button.first().click()]);
      out.url = page.url();
    }
    const after = await context.cookies(given.page);
    return { seen, cookies, stays, out, after: after.map((c) => c.name), again: await redirected(given.page) };
  },
  // several tabs begin at once
  async tabs() {
    const pages = await Promise.all(given.pages.map(() => context.newPage()));
    await Promise.all(pages.map((p, i) => p.goto(given.pages[i])));
    await Promise.all(pages.map(home));
    return { urls: pages.map((p) => p.url()), seen: await Promise.all(pages.map(json)),
      cookies: (await context.cookies(given.pages[0])).map((c) => c.name) };
  },
  // a form that is sent without a session: what the application gets in the end
  async form() {
    const page = await context.newPage();
    await page.goto(given.open);
    await page.evaluate(({ url, fields, enctype }) => {
      const form = document.createElement('form');
      Object.assign(form, { method: 'post', action: url, enctype });
      for (const [name, value] of fields) {
        const area = document.createElement('textarea');
        area.name = name;
        area.value = value;
        form.append(area);
      }
      document.body.append(form);
      HTMLFormElement.prototype.submit.call(form);
    }, { url: given.page, fields: given.fields, enctype: given.enctype });
    await page.getByText('PROTECTED-CONTENT').waitFor({ timeout: 5000 }).catch(async () => { throw new Error(page.url() + ' ' + await page.content() + problems); });
    return { seen: await json(page), url: page.url(),
      kept: await page.evaluate(() => Object.keys(sessionStorage)) };
  },
  // pages and scripts of a page
  async script() {
    const page = await context.newPage();
    await page.goto(given.open);
    const before = await page.evaluate(async (u) => { const r = await fetch(u); return [r.status, r.headers.get('content-type'), r.redirected]; }, given.page);
    await signIn(page, given.page);
    await page.goto(given.open);
    const after = await page.evaluate(async (u) => { const r = await fetch(u); return [r.status, (await r.text()).includes('PROTECTED-CONTENT')]; }, given.page);
    return { before, after };
  },
  // an error page, as a person sees it
  async error() {
    const page = await context.newPage();
    const answer = await page.goto(given.page);
    return { status: answer.status(), title: await page.title(), text: await body(page),
      scripts: await page.locator('script').count(), pwned: await page.evaluate(() => globalThis.pwned === 1) };
  },
};

const done = await scenarios[given.scenario]();
await browser.close();
console.log(JSON.stringify({ ...done, problems }));
