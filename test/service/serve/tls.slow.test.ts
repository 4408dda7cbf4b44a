import { chmodSync, copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, createServer, type SecureVersion, type TLSSocket } from 'node:tls';
import { serviceStatus } from '@passfob/service/cli/status';
import { keepCertificate } from '@passfob/service/http/web/certificate';
import { EXIT_CODES } from 'passfob/cli/base/exit-codes';
import { expect, it } from 'vitest';
import { describeNeeds } from '../../kit/tools.ts';
import { passfob } from '../../unit/host/kit/cli.ts';
import { needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { keyOf, testOfRig as test } from '../kit.ts';
import { Authority, type Issued, needsOpenssl } from './certificates.ts';
import { Premises } from './kit.ts';

const files = ({ cert, key }: Issued) => ({ certificateFile: cert, keyFile: key });
const flags = ({ cert, key }: Issued) => ['--tls-cert', cert, '--tls-key', key];

/** Connects with one version of TLS. @returns the version, or the code of the error */
function handshake(url: string, ca: string, version: SecureVersion): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise(resolve => {
    const socket = connect({
      host: hostname,
      port: Number(port),
      ca: readFileSync(ca),
      minVersion: version,
      maxVersion: version,
      // Without this OpenSSL offers no old version, and the client itself would refuse.
      ...(version < 'TLSv1.2' && { ciphers: 'DEFAULT@SECLEVEL=0' }),
    });
    socket.once('secureConnect', () => {
      resolve(String(socket.getProtocol()));
      socket.destroy();
    });
    socket.once('error', error => resolve('code' in error ? String(error.code) : error.message));
  });
}

/** Returns the subject of the certificate that a server currently shows. */
function shownSubject(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect(
      { host: hostname, port: Number(port), rejectUnauthorized: false },
      () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      },
    );
    socket.once('error', reject);
  });
}

function get(url: string, ca: string, headers: Record<string, string> = {}, body?: string) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
    // Node compares the certificate with the Host header, which this test leaves to the service.
    const checkServerIdentity = () => undefined;
    const method = body === undefined ? 'GET' : 'POST';
    const options = { ca: readFileSync(ca), method, headers, agent: false, checkServerIdentity };
    httpsRequest(url, options, response => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
    })
      .on('error', reject)
      .end(body);
  });
}

describeNeeds(needsOpenssl, 'a service with a certificate', () => {
  test('the service speaks TLS 1.2 and 1.3, and nothing older', async rig => {
    using authority = new Authority();
    const { url } = await rig.start({ tls: files(authority.issue()) });
    expect(url).toMatch(/^https:/);
    expect(await handshake(url, authority.file, 'TLSv1.3')).toBe('TLSv1.3');
    expect(await handshake(url, authority.file, 'TLSv1.2')).toBe('TLSv1.2');
    // The server sends this alert (RFC 8446 §6: 70).
    expect(await handshake(url, authority.file, 'TLSv1.1')).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
    expect(await handshake(url, authority.file, 'TLSv1')).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
  });

  test('the service answers to its names, sends HSTS, and marks its cookie as secure', async rig => {
    using authority = new Authority();
    const tls = files(authority.issue('DNS:otp.example.org,IP:127.0.0.1'));
    const service = await rig.start({ tls, host: '0.0.0.0', publicUrl: 'https://login.example.org' });
    const { port } = new URL(service.url);
    const status = async (host: string) =>
      (await get(`${service.url}/login`, authority.file, { host })).status;
    for (const host of [
      'login.example.org',
      'login.example.org:443',
      `otp.example.org:${port}`,
      `localhost:${port}`,
    ])
      expect([host, await status(host)]).toEqual([host, 200]);
    for (const host of ['otp.example.org', 'evil.example', 'login.example.org.evil.example'])
      expect([host, await status(host)]).toEqual([host, 421]);
    expect((await get(`${service.url}/ready`, authority.file, { host: 'probe.example' })).status).toBe(200);
    const link = new URL(service.operatorLink);
    expect(link.origin).toBe('https://login.example.org');
    const entered = await get(
      service.url + link.pathname,
      authority.file,
      { 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' },
      `key=${keyOf(service)}&act=enter`,
    );
    expect(entered.headers['strict-transport-security']).toMatch(/^max-age=\d{7,}/);
    expect(String(entered.headers['set-cookie'])).toContain('; Secure');
  });

  test('the service does not start with an exposed key, a key of another certificate, or no key', async rig => {
    using authority = new Authority();
    const [one, other] = [authority.issue(), authority.issue()];
    const start = (pair: Issued) => rig.start({ tls: files(pair) });
    await expect(start({ cert: one.cert, key: other.key })).rejects.toMatchObject({ code: 'tls_unusable' });
    await expect(start({ cert: one.key, key: one.key })).rejects.toMatchObject({ code: 'tls_unusable' });
    await expect(start({ cert: join(rig.directory, 'none'), key: one.key })).rejects.toMatchObject({
      code: 'tls_unusable',
    });
    for (const mode of [0o644, 0o604, 0o620]) {
      chmodSync(one.key, mode);
      await expect(start(one)).rejects.toMatchObject({ code: 'tls_key_readable' });
    }
  });

  it('the service reloads changed certificate files, also through a link, and keeps the old ones if they are unusable', async () => {
    using authority = new Authority();
    const [old, renewed] = [authority.issue(), authority.issue()];
    const live = join(authority.folder, 'live.pem');
    const key = join(authority.folder, 'live.key');
    copyFileSync(old.cert, live);
    copyFileSync(old.key, key);
    const used: string[] = [];
    const said: string[] = [];
    let heard: () => void = () => undefined;
    const kept = keepCertificate(
      { certificateFile: live, keyFile: key },
      ({ facts }) => used.push(facts.subject),
      (level, message) => {
        said.push(`${level}: ${message}`);
        heard();
      },
      5,
    );
    const next = () => new Promise<void>(resolve => (heard = resolve));
    try {
      let waiting = next();
      // The new certificate with the old key, a short-lived state during a renewal.
      copyFileSync(renewed.cert, `${live}.new`);
      renameSync(`${live}.new`, live);
      await waiting;
      expect([used, said.at(-1)]).toEqual([[], 'error: certificate not loaded, the old one stays']);
      waiting = next();
      copyFileSync(renewed.key, `${key}.new`);
      renameSync(`${key}.new`, key);
      await waiting;
      expect(used).toEqual(['CN=issued-2']);
    } finally {
      kept.close();
    }
  });
});

describeNeeds(
  needsBuild.found ? needsOpenssl : { ...needsBuild, found: undefined },
  'reloading of certificates',
  () => {
    it('serve reloads its certificate at SIGHUP', async () => {
      using authority = new Authority();
      await using premises = new Premises();
      const [old, renewed] = [authority.issue(), authority.issue()];
      const serving = await premises.serve(flags(old));
      const { url } = serving.started;
      expect(await shownSubject(url)).toBe('issued-1');
      copyFileSync(renewed.cert, old.cert);
      copyFileSync(renewed.key, old.key);
      serving.kill('SIGHUP');
      await serving.logged('certificate loaded');
      expect(await shownSubject(url)).toBe('issued-2');
      serving.kill('SIGTERM');
      expect((await serving.ended).code).toBe(0);
    });

    it('status trusts no unknown authority, whatever the environment says', async () => {
      using authority = new Authority();
      await using premises = new Premises();
      const { started } = await premises.serve(flags(authority.issue()));
      const status = (...args: string[]) =>
        passfob(['service', 'status', '--url', started.url, ...args], {
          home: premises.folder,
          // A setting that administrators use in haste and forget.
          environment: { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
        });
      const refused = await status();
      expect(refused.exitCode).toBe(EXIT_CODES.certificate.code);
      expect(refused.stderr).toContain('from an authority that this computer does not know');
      const pinned = await status('--ca', authority.file);
      expect([pinned.exitCode, pinned.stdout]).toEqual([0, expect.stringContaining('answers and is ready')]);
    });
  },
);

describeNeeds(needsOpenssl, 'the host tool over TLS', () => {
  const unknown = { kind: 'certificate', message: expect.stringContaining('does not know') };
  const another = { kind: 'certificate', message: expect.stringContaining('for another host') };
  const outOfTime = { kind: 'certificate', message: expect.stringContaining('not valid at this time') };

  test('the host tool refuses an unknown authority, another host and an expired or future certificate', async rig => {
    using authority = new Authority();
    using stranger = new Authority();
    const status = async (issued: Issued, ca: string | undefined) =>
      serviceStatus((await rig.start({ tls: files(issued) })).url, ca);
    const good = authority.issue();
    expect((await status(good, authority.file)).document).toMatchObject({ health: 'ok', ready: true });
    await expect(status(good, undefined)).rejects.toMatchObject(unknown);
    await expect(status(good, stranger.file)).rejects.toMatchObject(unknown);
    const elsewhere = authority.issue('DNS:otp.example.org');
    await expect(status(elsewhere, authority.file)).rejects.toMatchObject(another);
    for (const years of [
      [2020, 2021],
      [2088, 2090],
    ] as const) {
      const issued = authority.issue(undefined, years);
      await expect(status(issued, authority.file)).rejects.toMatchObject(outOfTime);
    }
  });

  it('the host tool refuses a service that speaks nothing newer than TLS 1.1', async () => {
    using authority = new Authority();
    const { cert, key } = authority.issue();
    const server = createServer({
      cert: readFileSync(cert),
      key: readFileSync(key),
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const refused = { kind: 'service-silent', message: expect.stringContaining('No TLS connection') };
      await expect(serviceStatus(`https://127.0.0.1:${port}`, authority.file)).rejects.toMatchObject(refused);
    } finally {
      server.close();
    }
  });

  test('the host tool refuses unusable addresses and authority files', async rig => {
    const bad = { kind: 'bad-input' };
    for (const url of [
      'http://otp.example.org',
      'https://u:p@otp.example.org',
      'ftp://x',
      'nonsense',
      'https://x/y',
    ])
      await expect(serviceStatus(url, undefined)).rejects.toMatchObject(bad);
    const empty = join(rig.directory, 'empty.pem');
    writeFileSync(empty, '');
    await expect(serviceStatus('https://localhost:1', empty)).rejects.toMatchObject(bad);
  });
});
