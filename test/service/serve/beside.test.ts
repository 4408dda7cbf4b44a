import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemTime } from 'passfob/agent/base/time';
import { openByWebSocket } from 'passfob/agent/service/open-service';
import { EXIT_CODES } from 'passfob/cli/base/exit-codes';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { type Rig, testOfRig as test } from '../kit.ts';
import { RadiusPort } from '../radius/kit.ts';
import { startedService } from '../users/kit.ts';
import { refused, serviceCommand } from './command.ts';

const service = (rig: Rig, ...args: string[]) =>
  serviceCommand(rig.directory, ...args, '--dir', rig.directory);
const command = (rig: Rig, ...args: string[]) => service(rig, 'radius-client', ...args);

test('the fingerprint command prints the fingerprint that agents see proved, and how to add the service', async rig => {
  const before = await service(rig, 'fingerprint');
  expect(before).toMatchObject({ exitCode: EXIT_CODES.service.code, out: '' });
  const { url } = await rig.start();
  const behind = ['--public-url', 'https://otp.example.org', '--behind-proxy', '127.0.0.1'];
  const shown = await service(rig, 'fingerprint', ...behind);
  expect(shown.exitCode).toBe(0);
  expect(shown.out).toMatch(/^(?:[0-9a-f]{4} ){15}[0-9a-f]{4}\n$/);
  const digits = shown.out.replaceAll(/\s/g, '');
  expect(shown.note).toContain(`passfob agent add https://otp.example.org --fingerprint ${digits}`);
  const json = await service(rig, 'fingerprint', '--json');
  expect(JSON.parse(json.out)).toEqual({ ok: true, fingerprint: digits });
  const opened = await openByWebSocket({
    service: { url, name: '', fingerprint: digits },
    environment: {},
    time: systemTime,
    signal: new AbortController().signal,
  });
  opened.inbox.close();
  expect(opened.proved.fingerprint).toBe(digits);
});

it('a RADIUS client is added, listed, changed, given another secret and removed beside a running service', async () => {
  await using service = await startedService({ radius: [{ address: '127.0.0.1', port: 0 }] });
  await using port = new RadiusPort(service);
  expect((await command(service.rig, 'list')).out).toBe('There is no RADIUS client.\n');
  const made = await command(service.rig, 'add', 'gate', '--address', '127.0.0.1', '--push', 'off');
  const shared = secret(made.out.trim());
  expect([made.exitCode, shared]).toEqual([0, expect.stringMatching(/^[\w-]{32}$/)]);
  expect(made.note).not.toContain(shared);
  await port.isKnown(shared);
  expect((await command(service.rig, 'list')).out).toMatch(/^gate +127\.0\.0\.1 +login +off\n$/);

  const file = join(service.rig.directory, 'shared');
  const entered = secret(randomBytes(20).toString('hex'));
  writeFileSync(file, `${entered}\n`, { mode: 0o600 });
  const other = await command(service.rig, 'secret', 'gate', '--secret-file', file);
  expect(other).toMatchObject({
    exitCode: 0,
    out: 'The RADIUS client gate now uses the shared secret from the file.\n',
  });
  await port.isKnown(entered);
  writeFileSync(file, 'short\n');
  const short = await command(service.rig, 'secret', 'gate', '--secret-file', file);
  expect(short).toMatchObject(refused('16 to 128'));

  const changes = ['--rename', 'door', '--push', 'wait', '--json'];
  const changed = await command(service.rig, 'change', 'gate', ...changes);
  expect(JSON.parse(changed.out)).toMatchObject({ radiusClient: { name: 'door', push: 'wait' } });
  const gone = await command(service.rig, 'remove', 'gate');
  expect(gone).toMatchObject(refused('There are: door.'));
  expect((await command(service.rig, 'remove', 'door')).exitCode).toBe(0);
  expect((await command(service.rig, 'list', '--json')).out).toContain('"radiusClients":[]');
  const { acts, text } = await service.office.audit();
  expect(acts.filter(act => act.startsWith('radius-client.change'))).toHaveLength(4);
  for (const value of [shared, entered]) expect(text).not.toContain(value);
});

test('radius-client commands name their missing arguments', async rig => {
  await rig.start();
  for (const [args, words] of [
    [['add'], 'name of the RADIUS client is missing'],
    [['add', 'gate'], '--address'],
    [['forget', 'gate'], 'takes one of'],
  ] as const) {
    const said = await command(rig, ...args);
    expect([said.exitCode, said.note]).toEqual([EXIT_CODES.usage.code, expect.stringContaining(words)]);
  }
  const unknown = await command(rig, 'add', 'gate', '--address', '::1', '--application', 'none');
  expect(unknown).toMatchObject(refused('There are: login.'));
});
