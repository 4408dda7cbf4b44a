import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { inspect } from 'node:util';
import { AGENT_BEAT_MS } from 'passfob/agent/base/limits';
import { connectBy, type Route } from 'passfob/agent/network/connect';
import { endpointOf, endpointText } from 'passfob/agent/network/endpoint';
import { isExempt, proxyFor } from 'passfob/agent/network/proxy';
import type { ServiceSettings } from 'passfob/agent/network/settings';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { freePort } from '../../kit/free-port.ts';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { Authority, needsOpenssl } from '../../service/serve/certificates.ts';
import { AgentRig, settingsOf } from './kit/agent.ts';
import { Cable } from './kit/cable.ts';
import { toFob } from './kit/frames.ts';
import { Peer } from './kit/peer.ts';
import { TestProxy } from './kit/proxy.ts';
import { ManualTime, until } from './kit/time.ts';

const NAME = 'https://tokens.example.org';
const PLACE = 'tokens.example.org:443';
const service = (more: Partial<ServiceSettings> = {}): ServiceSettings => ({
  url: NAME,
  name: 'Tokens',
  fingerprint: '',
  ...more,
});

/** Returns the error that a connection fails with. */
async function failureOf(route: Route): Promise<{ kind: string; code: unknown; message: string }> {
  const hops: string[] = [];
  try {
    const socket = await connectBy(route, ({ hop }) => hops.push(hop));
    socket.destroy();
    return { kind: 'none', code: hops.join(' '), message: '' };
  } catch (error) {
    const { kind, details, message } = error as { kind: string; details: { code: string }; message: string };
    return { kind, code: details.code, message };
  }
}

it.each([
  [{}, undefined],
  [{ HTTPS_PROXY: 'http://proxy:3128' }, 'proxy:3128 HTTPS_PROXY'],
  [{ HTTPS_PROXY: 'http://upper:1', https_proxy: 'http://lower:2' }, 'lower:2 https_proxy'],
  [{ HTTPS_PROXY: 'proxy.example:8080' }, 'proxy.example:8080 HTTPS_PROXY'],
  [{ HTTPS_PROXY: 'http://proxy' }, 'proxy:80 HTTPS_PROXY'],
  [{ HTTPS_PROXY: 'https://proxy' }, 'proxy:443 HTTPS_PROXY'],
  [{ HTTPS_PROXY: 'http://[::1]:3128' }, '[::1]:3128 HTTPS_PROXY'],
  [{ HTTPS_PROXY: '' }, undefined],
  [{ HTTP_PROXY: 'http://proxy:3128' }, undefined],
  [{ HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'example.org' }, undefined],
  [{ HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'ample.org' }, 'proxy:3128 HTTPS_PROXY'],
  [{ HTTPS_PROXY: 'http://proxy:3128', no_proxy: 'other', NO_PROXY: '*' }, 'proxy:3128 HTTPS_PROXY'],
])('the proxy of %j is %s', (environment, expected) => {
  const proxy = proxyFor(service(), environment);
  expect(proxy && `${endpointText(proxy)} ${proxy.source}`).toBe(expected);
});

it('the settings decide the proxy, whatever the environment says; this computer is reached without one', () => {
  const environment = { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: '*' };
  expect(proxyFor(service({ proxy: 'http://mine:1' }), environment)).toMatchObject({ host: 'mine', port: 1 });
  expect(proxyFor(service({ proxy: 'none' }), { HTTPS_PROXY: 'http://proxy:3128' })).toBeUndefined();
  for (const url of ['https://localhost', 'https://127.0.0.1:8443', 'https://[::1]:1', 'http://127.1.2.3'])
    expect(proxyFor(service({ url }), { HTTPS_PROXY: 'http://proxy:3128' })).toBeUndefined();
});

it.each(['socks5://proxy:1080', 'ftp://proxy', 'http://'])('a proxy is refused as %s', text => {
  expect(() => proxyFor(service(), { HTTPS_PROXY: text })).toThrow(
    /is not an http:\/\/ or https:\/\/ address/,
  );
});

it.each([
  ['tokens.example.org', '', false],
  ['tokens.example.org', 'tokens.example.org', true],
  ['tokens.example.org', 'TOKENS.example.ORG', true],
  ['tokens.example.org', '.example.org', true],
  ['example.org', '.example.org', true],
  ['tokens.example.org', '*.example.org', true],
  ['notexample.org', 'example.org', false],
  ['tokens.example.org', 'a, b example.org', true],
  ['tokens.example.org', 'tokens.example.org:443', true],
  ['tokens.example.org', 'tokens.example.org:8443', false],
  ['tokens.example.org', 'tokens.example.org:99999', false],
  ['10.1.2.3', '10.0.0.0/8', true],
  ['11.1.2.3', '10.0.0.0/8', false],
  ['tokens.example.org', '10.0.0.0/8', false],
  ['10.1.2.3', '10.1.2.3', true],
  ['10.1.2.3', '10.1.2.3:443', true],
  ['10.1.2.3', '10.0.0.0/99', false],
  ['2001:db8::1', '2001:db8::/32', true],
  ['2001:db8::1', '[2001:db8:0::1]:443', true],
  ['2001:db8::1', '2001:db8::1', true],
  ['2001:db8::1', '2001:db8::2', false],
  ['10.1.2.3', '2001:db8::/32', false],
  ['tokens.example.org', '*', true],
  ['tokens.example.org', '.', false],
])('the proxy leaves %s out of %j: %s', (host, list, expected) => {
  expect(isExempt({ host, port: 443 }, list)).toBe(expected);
});

it('the proxy log-in comes from the environment or from a file of this user alone, and is shown nowhere', () => {
  const password = secret('pa:ss%40wörd-of-a-proxy');
  const shown = (proxy: unknown) => inspect(proxy, { depth: 9 }) + JSON.stringify(proxy);
  const expected = `Basic ${Buffer.from(`ada:${password}`).toString('base64')}`;
  const fromUrl = proxyFor(service(), {
    HTTPS_PROXY: `http://ada:${encodeURIComponent(password)}@proxy:3128`,
  });
  expect(fromUrl?.login?.()).toBe(expected);
  const path = join(temporaryFolder(), 'login');
  writeFileSync(path, `ada:${password}\n`, { mode: 0o600 });
  const fromFile = proxyFor(service({ proxy: 'http://proxy:3128', proxyLogin: path }), {});
  expect(fromFile?.login?.()).toBe(expected);
  expect([fromUrl, fromFile].map(shown).join()).not.toMatch(/ss%40|Basic|ada/);
  chmodSync(path, 0o644);
  expect(() => proxyFor(service({ proxy: 'http://proxy:3128', proxyLogin: path }), {})).toThrow(
    /user:password/,
  );
});

const route = async (proxy: { address: string }, login?: string): Promise<Route> => ({
  target: { ...endpointOf(NAME), isTls: false },
  proxy: proxyFor(service(), {
    HTTPS_PROXY: login === undefined ? proxy.address : proxy.address.replace('//', `//${login}@`),
  }),
  ca: undefined,
});

it('a connection through a proxy is a tunnel to one destination, whose name is not looked up here', async () => {
  await using peer = await Peer.start();
  await using proxy = await TestProxy.start({ allowed: { [PLACE]: peer.port } });
  expect(await failureOf(await route(proxy))).toMatchObject({ kind: 'none', code: 'connect proxy' });
  expect(proxy.log).toEqual([{ target: PLACE, status: 200 }]);
});

it('a missing, wrong or unsupported proxy log-in is named', async () => {
  await using proxy = await TestProxy.start({ allowed: {}, login: secret('ada:right-password') });
  expect(await failureOf(await route(proxy))).toMatchObject({ kind: 'proxy', code: 'proxy-login' });
  const wrong = await failureOf(await route(proxy, secret('ada:wrong-password')));
  expect(wrong).toMatchObject({ kind: 'proxy', code: 'proxy-login-wrong' });
  expect(wrong.message).toContain('It accepts: Basic.');
  proxy.options = { ...proxy.options, challenge: 'Negotiate, NTLM, Digest realm="a, b", qop="auth"' };
  const other = await failureOf(await route(proxy));
  expect(other).toMatchObject({ kind: 'proxy', code: 'proxy-login-other' });
  expect(other.message).toMatch(/: Negotiate, NTLM, Digest\.$/);
  expect(proxy.log.map(({ status }) => status)).toEqual([407, 407, 407]);
});

it('other failures of a proxy are named', async () => {
  await using proxy = await TestProxy.start({ allowed: {} });
  expect(await failureOf(await route(proxy))).toMatchObject({ kind: 'proxy', code: 'proxy-forbids' });
  proxy.options = { allowed: {}, dropEvery: 1 };
  expect(await failureOf(await route(proxy))).toMatchObject({ code: 'cut' });
  const none = `http://127.0.0.1:${await freePort()}`;
  expect(await failureOf(await route({ address: none }))).toMatchObject({
    kind: 'proxy',
    code: 'proxy-refused',
  });
  expect(await failureOf(await route({ address: 'http://proxy.invalid:3128' }))).toMatchObject({
    kind: 'proxy',
    code: 'proxy-name-unknown',
  });
  const odd = createServer(socket => socket.end('SSH-2.0-other\r\n'));
  await new Promise<void>(resolve => odd.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void odd.close());
  const address = odd.address();
  const port = typeof address === 'object' ? address?.port : 0;
  expect(await failureOf(await route({ address: `http://127.0.0.1:${port}` }))).toMatchObject({
    kind: 'proxy',
    code: 'proxy-odd',
  });
});

describeNeeds(needsOpenssl, 'TLS to a service', () => {
  afterEach(() => vi.unstubAllEnvs());

  const reached = (peer: Peer, ca: string | undefined) => ({
    target: endpointOf(peer.origin),
    proxy: undefined,
    ca: ca === undefined ? undefined : readFileSync(ca, 'utf8'),
  });

  it('an expired certificate, one of another host or of an unknown authority is refused, whatever the environment says', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    using authority = new Authority();
    using stranger = new Authority();
    const cases = [
      [authority.issue(), authority.file, 'none', 'connect tls'],
      [authority.issue('DNS:localhost', [2020, 2021]), authority.file, 'certificate', 'not-valid-now'],
      [authority.issue('DNS:localhost', [2089, 2090]), authority.file, 'certificate', 'not-valid-now'],
      [authority.issue('DNS:other.example'), authority.file, 'certificate', 'wrong-host'],
      [stranger.issue(), authority.file, 'certificate', 'unknown-authority'],
      [authority.issue(), undefined, 'certificate', 'unknown-authority'],
    ] as const;
    for (const [tls, ca, kind, code] of cases) {
      await using peer = await Peer.start({ tls });
      const failure = await failureOf(reached(peer, ca));
      expect([failure.kind, String(failure.code).replace('name ', '')]).toEqual([kind, code]);
      // The agent gets the same error, and sends nothing.
      await using rig = new AgentRig([settingsOf(peer, { ca })]);
      rig.desk.plug(new Cable('PF-AAAA-AAAA'));
      await rig.untilService(kind === 'none' ? 'connected' : 'waiting');
      if (kind !== 'none') expect([rig.service().problem?.code, peer.connections.length]).toEqual([code, 0]);
    }
  });

  it('TLS below 1.2 is refused, and so is a server without TLS', async () => {
    using authority = new Authority();
    const issued = authority.issue();
    const old = createTlsServer({
      cert: readFileSync(issued.cert),
      key: readFileSync(issued.key),
      minVersion: 'TLSv1.1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    old.on('tlsClientError', () => undefined);
    await new Promise<void>(resolve => old.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void old.close());
    const address = old.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const ca = readFileSync(authority.file, 'utf8');
    const target = { host: 'localhost', port, isTls: true };
    expect(await failureOf({ target, proxy: undefined, ca })).toMatchObject({ code: 'no-tls' });
    await using plain = await Peer.start();
    const there = { host: 'localhost', port: plain.port, isTls: true };
    expect(await failureOf({ target: there, proxy: undefined, ca })).toMatchObject({ code: 'no-tls' });
  });

  it('TLS goes through the tunnel of a proxy, which never sees the content', async () => {
    using authority = new Authority();
    await using peer = await Peer.start({ tls: authority.issue('DNS:tokens.example.org'), origin: NAME });
    const login = secret('ada:password-of-a-proxy');
    await using proxy = await TestProxy.start({ allowed: { [PLACE]: peer.port }, login, dropEvery: 3 });
    const HTTPS_PROXY = proxy.address.replace('//', `//${login}@`);
    await using rig = new AgentRig([settingsOf(peer, { ca: authority.file })], { HTTPS_PROXY });
    const cable = rig.desk.plug(new Cable('PF-AAAA-AAAA'));
    for (let connections = 1; connections <= 4; connections++) {
      const connection = await peer.connection(connections - 1, 'fob');
      expect(connection.by).toBe('websocket');
      expect(rig.service()).toMatchObject({
        connectsTo: `127.0.0.1:${proxy.port}`,
        proxy: { address: `127.0.0.1:${proxy.port}`, source: 'HTTPS_PROXY' },
      });
      const written = cable.written.length;
      connection.say({ type: 'bytes', fob: 0, text: toFob('x') });
      await until(() => cable.written.length > written);
      proxy.cutAll();
      await rig.untilAgain(() => peer.connections.length > connections);
    }
    expect(proxy).toMatchObject({ targets: [PLACE], others: [] });
    expect(inspect(rig.agent.status(), { depth: 9 })).not.toContain('password-of-a-proxy');
  });

  it('an agent reconnects through a proxy that cuts idle connections', async () => {
    using authority = new Authority();
    await using peer = await Peer.start({ tls: authority.issue('DNS:tokens.example.org'), origin: NAME });
    const time = new ManualTime();
    // The proxy does not wait for a beat.
    const idle = { ms: AGENT_BEAT_MS / 2, time };
    await using proxy = await TestProxy.start({ allowed: { [PLACE]: peer.port }, idle });
    const settings = settingsOf(peer, { ca: authority.file });
    await using rig = new AgentRig([settings], { HTTPS_PROXY: proxy.address }, time);
    for (let connections = 1; connections <= 3; connections++) {
      const connection = await peer.connection(connections - 1, 'open');
      await rig.untilService('connected');
      time.advance(idle.ms - 1);
      expect(connection.isClosed).toBe(false);
      time.advance(1);
      await until(() => connection.isClosed, 'the cut');
      await rig.untilAgain(() => peer.connections.length > connections);
    }
    expect(proxy.targets).toEqual([PLACE]);
  });
});
