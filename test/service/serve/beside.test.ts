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

it('a RADIUS client is added and given another secret beside a running service', async () => {
  await using service = await startedService({ radius: [{ address: '127.0.0.1', port: 0 }] });
  await using port = new RadiusPort(service);
  const made = await command(service.rig, 'add', 'gate', '--address', '127.0.0.1', '--push', 'off');
  const shared = secret(made.out.trim());
  expect([made.exitCode, shared]).toEqual([0, expect.stringMatching(/^[\w-]{32}$/)]);
  expect(made.note).not.toContain(shared);
  await port.isKnown(shared);
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

  const { text } = await service.office.audit();
  for (const value of [shared, entered]) expect(text).not.toContain(value);
});
