/**
 * A log-in in front of any web application, for nginx (`auth_request`): an example to begin with, for Node 20 or newer, without
 * packages. It keeps everything in signed cookies, which end when it restarts. docs/integrations/nginx.md describes it.
 */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const { PASSFOB_URL, PASSFOB_KEY_FILE, PORT } = process.env;
const apiKey = readFileSync(PASSFOB_KEY_FILE, 'utf8').trim();
const secret = randomBytes(32);
const [SESSION_MS, PRESS_MS] = [8 * 3_600_000, 90_000];

const macOf = text => createHmac('sha256', secret).update(text).digest('base64url');

/** A signed cookie that expires after `lifeMs`. */
function cookieOf(name, value, lifeMs) {
  const text = Buffer.from(JSON.stringify([value, Date.now() + lifeMs])).toString('base64url');
  return `__Host-${name}=${text}.${macOf(`${name}.${text}`)}; Path=/; Secure; HttpOnly; SameSite=Lax`;
}

/** The value of a signed cookie, or undefined if it is missing, forged or expired. */
function cookieValue(request, name) {
  const pairs = (request.headers.cookie ?? '').split('; ').map(pair => pair.split('='));
  const [text = '', mac = ''] = (pairs.find(([one]) => one === `__Host-${name}`)?.[1] ?? '').split('.');
  const [given, right] = [Buffer.from(mac), Buffer.from(macOf(`${name}.${text}`))];
  if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
  const [value, untilMs] = JSON.parse(Buffer.from(text, 'base64url').toString());
  return untilMs > Date.now() ? value : undefined;
}

/** Sends a request to the service. @returns the status, and the fields of the body if it is 200 */
async function ask(path, body, headers = {}) {
  const response = await fetch(`${PASSFOB_URL}/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}`, ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  return { status: response.status, ...(response.status === 200 && (await response.json())) };
}

const form = `<form method="post"><p><label>User name
<input name="user" autocomplete="username" required></label><p><label>Passcode
<input name="passcode" autocomplete="one-time-code" required></label><p><button>Log in</button>
<button name="by" value="press" formnovalidate>Autosend</button></form>`;

const waiting =
  number => `<meta http-equiv="refresh" content="2"><p>Hold the button of your fob for a second if it shows
<strong>${number}</strong>.<p><a href="?passcode">Type a passcode instead</a>`;

function show(response, status, content, ...cookies) {
  const headers = { 'content-type': 'text/html', 'cache-control': 'no-store', 'set-cookie': cookies };
  const head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Log in</title><h1>Log in</h1>';
  response.writeHead(status, headers).end(head + content);
}

function lead(response, location, ...cookies) {
  response.writeHead(303, { location, 'set-cookie': cookies }).end();
}

/** Only status 200 logs anybody in, under the service's canonical user name. Every refusal looks the same. */
function decide(response, { status, user }) {
  const over = cookieOf('press', undefined, 0);
  if (status === 200 && user) lead(response, '/', cookieOf('user', user, SESSION_MS), over);
  else show(response, 403, `<p role="alert">Not accepted.${form}`, over);
}

async function logIn(request, response) {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 4096) throw new Error('too long');
  }
  const source = request.headers['x-forwarded-for'];
  const { user = '', passcode = '', by } = Object.fromEntries(new URLSearchParams(text));
  // A form from another site must not log anybody in.
  if ((request.headers['sec-fetch-site'] ?? 'same-origin') !== 'same-origin') return decide(response, {});
  if (by !== 'press') return decide(response, await ask('validate', { user, passcode, source }));
  const session = randomBytes(16).toString('base64url');
  const { status, id, number } = await ask('pushes', { user, session, source });
  if (status !== 200) return decide(response, {});
  return lead(response, '/passfob-login', cookieOf('press', { id, session, number }, PRESS_MS));
}

/** The page of a browser that waits for an approval, or the log-in form. */
async function goOn(request, response) {
  const { id, session, number } = cookieValue(request, 'press') ?? {};
  if (id === undefined) return show(response, 200, form);
  if (request.url.endsWith('?passcode')) {
    await ask(`pushes/${id}/withdraw`, { session });
    return show(response, 200, form, cookieOf('press', undefined, 0));
  }
  const source = request.headers['x-forwarded-for'];
  // If an accepted answer is lost, the same key gets it again.
  const taken = await ask(`pushes/${id}/take`, { session, source }, { 'idempotency-key': id });
  if (taken.status === 200 || taken.status === 403) return decide(response, taken);
  return show(response, 200, waiting(number));
}

/** Encodes a name for a header. `@` needs no encoding there, so most names stay readable. */
const headerOf = user => encodeURIComponent(user).replaceAll('%40', '@');

createServer((request, response) => {
  if (request.url === '/check') {
    const user = cookieValue(request, 'user');
    if (user === undefined) response.writeHead(401).end();
    else response.writeHead(204, { 'x-user': headerOf(user) }).end();
    return;
  }
  // While the service is unreachable, nobody is logged in.
  const answered = request.method === 'POST' ? logIn(request, response) : goOn(request, response);
  answered.catch(() => response.writeHead(503).end());
}).listen(Number(PORT), '127.0.0.1');
