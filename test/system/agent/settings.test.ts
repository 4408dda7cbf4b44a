import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { AGENT_SERVICES_MAX } from 'passfob/agent/base/limits';
import {
  changeSettings,
  fingerprintText,
  readFingerprint,
  readServiceOrigin,
  readSettings,
  type ServiceSettings,
  settingsPath,
  withoutService,
  withService,
} from 'passfob/agent/network/settings';
import { NOTIFY_INTERVAL_MS } from 'passfob/cli/agent/limits';
import { notifier } from 'passfob/cli/agent/notify';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { itNeeds, needsTool } from '../../kit/tools.ts';

const service: ServiceSettings = {
  url: 'https://tokens.example.org',
  name: 'Tokens',
  fingerprint: 'ab'.repeat(32),
  ca: '/etc/ssl/ca.pem',
  proxy: 'http://proxy:3128',
  proxyLogin: '/etc/passfob/login',
};

it('settings are written whole, for their owner alone, and read back as they were', () => {
  const home = join(temporaryFolder(), 'new');
  expect(readSettings(home)).toEqual({ services: [] });
  const plain = {
    ...service,
    url: 'http://127.0.0.1:8480',
    ca: undefined,
    proxy: 'none',
    proxyLogin: undefined,
  };
  changeSettings(home, settings => withService(withService(settings, service), plain));
  expect(readSettings(home)).toEqual({ services: [service, plain] });
  expect([statSync(home).mode & 0o777, statSync(settingsPath(home)).mode & 0o777]).toEqual([0o700, 0o600]);
  expect(readdirSync(home)).toEqual(['agent.json', 'agent.json.lock']);
  // Replaces the service at the same address, then removes it.
  const renamed = withService(readSettings(home), { ...service, name: 'Other' });
  expect(renamed.services.map(({ name }) => name)).toEqual(['Tokens', 'Other']);
  expect(withoutService(renamed, service.url).services).toEqual([plain]);
  expect(() => withoutService({ services: [] }, service.url)).toThrow(/no such service/);
});

it('settings that others may read, or that are damaged, are refused', () => {
  const home = temporaryFolder();
  const path = settingsPath(home);
  const texts = [
    'no JSON',
    '{"services":7}',
    '{"services":[7]}',
    '{"services":[{"url":"https://a.example","name":"A"}]}',
    JSON.stringify({ services: Array(AGENT_SERVICES_MAX + 1).fill(service) }),
    JSON.stringify({ services: [{ ...service, url: 'http://tokens.example.org' }] }),
    JSON.stringify({ services: [{ ...service, proxy: 'http://user:password@proxy:1' }] }),
    JSON.stringify({ services: [{ ...service, ca: 'relative.pem' }] }),
  ];
  for (const text of texts) {
    writeFileSync(path, text, { mode: 0o600 });
    expect(() => readSettings(home)).toThrow();
  }
  rmSync(path);
  changeSettings(home, () => ({ services: [service] }));
  chmodSync(path, 0o640);
  expect(() => readSettings(home)).toThrow(/cannot be read/);
  const elsewhere = join(temporaryFolder(), 'agent.json');
  writeFileSync(elsewhere, readFileSync(path), { mode: 0o600 });
  rmSync(path);
  symlinkSync(elsewhere, path);
  expect(() => readSettings(home)).toThrow(/cannot be read/);
});

it('settings hold no more services than are allowed', () => {
  const services = Array.from({ length: AGENT_SERVICES_MAX }, (_, at) => ({
    ...service,
    url: `https://tokens-${at}.example.org`,
  }));
  expect(() => withService({ services }, service)).toThrow(/cannot take more services/);
});

it('settings take a fingerprint as people copy it, and nothing else', () => {
  const between = fc.array(fc.constantFrom('', ' ', ':', '-', '\n', '\u2011'), {
    minLength: 64,
    maxLength: 64,
  });
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      between,
      fc.boolean(),
      (bytes, marks, isUpper) => {
        const digits = Buffer.from(bytes).toString('hex');
        const typed = [...(isUpper ? digits.toUpperCase() : digits)]
          .map((digit, at) => digit + marks[at])
          .join('');
        expect(readFingerprint(typed)).toBe(digits);
        expect(readFingerprint(fingerprintText(digits.slice(0, 32)))).toBe(digits.slice(0, 32));
      },
    ),
  );
  for (const text of ['', 'ab', 'ab'.repeat(15), 'ab'.repeat(17), 'ab'.repeat(33), `${'ab'.repeat(15)}zz`])
    expect(() => readFingerprint(text)).toThrow(/fingerprint/);
});

it.each([
  ['https://tokens.example.org/', 'https://tokens.example.org'],
  ['HTTPS://Tokens.Example.ORG:443', 'https://tokens.example.org'],
  ['https://tokens.example.org:8443', 'https://tokens.example.org:8443'],
  ['http://[::1]:8480', 'http://[::1]:8480'],
  ['http://localhost', 'http://localhost'],
])('settings take the address %s', (text, origin) => {
  expect(readServiceOrigin(text)).toBe(origin);
});

it.each([
  'tokens.example.org',
  'http://tokens.example.org',
  'http://127.0.0.1.example.org',
  'https://user@tokens.example.org',
  'https://tokens.example.org/path',
  'https://tokens.example.org/?query',
  'https://tokens.example.org/#part',
  'ftp://tokens.example.org',
  '',
])('settings refuse the address %j', text => {
  expect(() => readServiceOrigin(text)).toThrow(/address of a service/);
});

it('the rate limit of notifications holds for a service, whatever it calls itself', () => {
  let nowMs = 0;
  const shown: string[][] = [];
  const notify = notifier(
    () => nowMs,
    (...texts) => void shown.push(texts),
  );
  for (let at = 0; at < 50; at++) notify.notice('https://a.example', '<b>A</b>&\x1b[31m', 'request');
  notify.notice('https://b.example', 'B', 'locked');
  notify.notice('https://b.example', 'B', 'over');
  expect(shown).toEqual([
    ['Look at your fob', 'A log-in waits to be approved on it: ?b?A?/b???[31m'],
    ['Unlock your fob', 'A log-in waits for its PIN, entered on the fob: B'],
  ]);
  nowMs = NOTIFY_INTERVAL_MS;
  notify.notice('https://a.example', 'A', 'request');
  expect(shown).toHaveLength(3);
});

itNeeds(needsTool('systemd-analyze'), 'systemd reports no fault in the unit of the agent', analyze => {
  const unit = fileURLToPath(new URL('../../../host/agent/deploy/passfob-agent.service', import.meta.url));
  const place = temporaryFolder();
  const checked = (text: string) => {
    // The program and the manual page exist.
    const adapted = text
      .replace('/usr/local/bin/passfob', process.execPath)
      .replace(/^Documentation=.*\n/m, '');
    const path = join(place, 'passfob-agent.service');
    writeFileSync(path, adapted);
    return execFileSync('/bin/sh', ['-c', '"$0" --user verify "$1" 2>&1', analyze, path], {
      env: { ...process.env, XDG_RUNTIME_DIR: place },
      encoding: 'utf8',
    });
  };
  const text = readFileSync(unit, 'utf8');
  expect(checked(text)).toBe('');
  expect(checked(text.replace('NoNewPrivileges', 'NoNewPrivilege'))).toContain('Unknown key');
});
