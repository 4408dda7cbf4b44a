import { chmodSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { processLimits } from '@passfob/service/base/limits/process';
import { serveTexts } from '@passfob/service/base/texts/serve';
import { sameOptions } from '@passfob/service/cli/same-options';
import { readConfiguration, type Sources } from '@passfob/service/node/configuration/read';
import { examineService } from '@passfob/service/node/doctor/doctor';
import { openStore } from '@passfob/service/storage/database/database';
import { helpOf } from 'passfob/cli/command-line';
import { expect, it, test } from 'vitest';
import { describeNeeds } from '../../kit/tools.ts';
import { NOON_MS, Rig } from '../kit.ts';
import { startedService } from '../users/kit.ts';
import { Authority, type Issued, needsOpenssl } from './certificates.ts';

/** Returns the doctor's findings by check; of two about one check the worse. */
async function found(directory: string, flags: Sources['flags'] = {}, nowMs = NOON_MS) {
  const reading = readConfiguration({
    flags: { port: '0', ...flags },
    environment: {},
    workingDirectory: directory,
    defaultDirectory: directory,
  });
  if (reading.mistakes !== undefined) throw new Error(JSON.stringify(reading.mistakes));
  const findings = await examineService(reading.configuration, nowMs);
  const worst = [...findings].sort(
    (a, b) => (a.state === 'problem' ? 1 : 0) - (b.state === 'problem' ? 1 : 0),
  );
  return Object.fromEntries(worst.map(({ check, state, sentence }) => [check, `${state}: ${sentence}`]));
}

it('the doctor finds nothing wrong before the first run or while the service runs', async () => {
  await using rig = new Rig();
  const states = async (flags?: Sources['flags']) =>
    Object.values(await found(rig.directory, flags)).filter(text => !text.startsWith('ok'));
  expect(await states()).toEqual([]);
  const service = await rig.start();
  expect(await states()).toEqual([]);
  expect(await states({ port: new URL(service.url).port })).toEqual([expect.stringContaining('in use')]);
});

it('the doctor names the service folder that it looks at', async () => {
  await using rig = new Rig();
  expect((await found(rig.directory)).folder).toContain(rig.directory);
  const absent = join(rig.directory, 'absent');
  expect((await found(absent)).folder).toBe(
    `ok: The service folder ${absent} does not exist yet; the first start makes it.`,
  );
});

it('the doctor reports an open folder, an exposed key and a missing key', async () => {
  await using rig = new Rig();
  await (await rig.start()).close();
  chmodSync(rig.directory, 0o755);
  const key = join(rig.directory, 'service.key');
  chmodSync(key, 0o644);
  expect(await found(rig.directory)).toMatchObject({
    folder: expect.stringMatching(/^warning: Other users have access/),
    key: expect.stringMatching(/^problem: The key file service.key can be read by other users/),
  });
  rmSync(key);
  expect((await found(rig.directory)).key).toMatch(/^problem: .*missing/);
});

it('the doctor names a file with keys that a killed program left', async () => {
  await using rig = new Rig();
  await (await rig.start()).close();
  const left = join(rig.directory, 'service.key.0123abcd');
  writeFileSync(left, 'keys', { mode: 0o600 });
  utimesSync(left, new Date(0), new Date(0));
  expect((await found(rig.directory)).key).toBe(
    `problem: The file ${left} may hold keys of the service. A program that was killed left it, or somebody made a copy.`,
  );
  rmSync(left);
  writeFileSync(join(rig.directory, 'service.key.new'), '');
  expect((await found(rig.directory)).key).toMatch(/^ok/);
});

it('the doctor reports a clock behind the newest log-in, and a database of another version', async () => {
  await using service = await startedService();
  await service.validate({ user: 'nobody', passcode: '123456', source: 'test' });
  await service.close();
  expect((await found(service.rig.directory)).clock).toMatch(/^ok/);
  expect((await found(service.rig.directory, {}, NOON_MS - 3_600_000)).clock).toMatch(
    /^problem: .* 3600 s behind/,
  );
  const { db, close } = await openStore({ directory: service.rig.directory });
  const older = await db.introspection.getTables({ withInternalKyselyTables: true });
  expect(older.map(({ name }) => name)).toContain('kysely_migration');
  const names = db.withTables<{ kysely_migration: { name: string; timestamp: string } }>();
  await names.insertInto('kysely_migration').values({ name: '9999-later', timestamp: '' }).execute();
  expect((await found(service.rig.directory)).database).toMatch(/^problem: .*newer Passfob/);
  await names.deleteFrom('kysely_migration').where('name', '>', '0018-search-parts').execute();
  expect((await found(service.rig.directory)).database).toMatch(/^warning: .*older than this/);
  await names.deleteFrom('kysely_migration').where('name', '>', '0017-alphabets').execute();
  expect((await found(service.rig.directory)).database).toMatch(/^problem: .*older than Passfob 0\.2\.0/);
  await close();
});

it('the doctor reports a database that does not answer', async () => {
  await using rig = new Rig();
  const server = createServer(socket => socket.destroy());
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const findings = await found(rig.directory, { databaseUrl: `postgres://nobody@127.0.0.1:${port}/none` });
  server.close();
  expect(findings).toMatchObject({
    database: expect.stringMatching(/^problem: .*cannot be opened/),
    key: expect.stringMatching(/^warning: .*other nodes/),
  });
});

describeNeeds(needsOpenssl, 'certificates in the doctor', () => {
  it('the doctor reports a certificate that expires soon, has expired or is for another name', async () => {
    using authority = new Authority();
    await using rig = new Rig();
    const tls = async ({ cert, key }: Issued, publicUrl: string, nowMs = NOON_MS) =>
      (await found(rig.directory, { tlsCertificate: cert, tlsKey: key, publicUrl }, nowMs)).certificate;
    const issued = authority.issue();
    expect(await tls(issued, 'https://localhost')).toMatch(/^ok/);
    expect(await tls(issued, 'https://127.0.0.1:8443')).toMatch(/^ok/);
    expect(await tls(issued, 'https://otp.example.org')).toMatch(/^problem: .*not for otp.example.org/);
    const endMs = Date.UTC(2090, 0, 1);
    expect(await tls(issued, 'https://localhost', endMs - 5 * 86_400_000)).toMatch(/^warning: .* 5 days/);
    expect(await tls(issued, 'https://localhost', endMs + 1)).toMatch(/^problem/);
    expect(await tls({ cert: issued.cert, key: issued.cert }, 'https://localhost')).toMatch(/^problem/);
  });
});

const line = (flags: Parameters<typeof readConfiguration>[0]['flags'], url: string) => {
  const reading = readConfiguration({
    flags,
    environment: { PASSFOB_SERVICE_HOST: '127.0.0.1' },
    workingDirectory: '/srv',
    defaultDirectory: '/srv/default',
  });
  if (reading.mistakes !== undefined) throw new Error('the configuration has mistakes');
  return serveTexts.adminLinkLater(sameOptions(reading, url));
};

test('the command for an administrator link has the folder and the port that serve was given', () => {
  expect(line({ directory: 'my service', port: '0' }, 'http://127.0.0.1:8480')).toBe(
    "For a one-time administrator link run: passfob service admin-link --dir '/srv/my service' --port 8480",
  );
  expect(
    line(
      { trustedProxies: ['10.0.0.1', '10.0.0.2'], publicUrl: 'https://otp.example.org' },
      'http://[::1]:1',
    ),
  ).toMatch(
    /admin-link --behind-proxy 10\.0\.0\.1 --behind-proxy 10\.0\.0\.2 --public-url https:\/\/otp\.example\.org$/,
  );
});

test('the command for an administrator link has no option that serve was not given', () => {
  expect(line({}, 'http://127.0.0.1:8480')).toMatch(/: passfob service admin-link$/);
});

const text = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');

it('operations.md has the default port', () => {
  expect(text).toContain(`| \`${processLimits.servicePort}\` |`);
});

it('every command and option in operations.md exists', async () => {
  const commands = [
    ...text.matchAll(/(?<!-u )passfob (serve|service [a-z-]+|[a-z]+)((?: (?:--[a-z-]+|[^\s`-]\S*))*)/g),
  ]
    .map(([, command = '', rest = '']) => [command, rest.match(/--[a-z-]+/g) ?? []] as const)
    .filter(([command, options]) => options.length > 0 || /^serv/.test(command));
  expect(commands.length).toBeGreaterThan(15);
  const unknown: string[] = [];
  for (const [command, options] of commands) {
    const help = await helpOf(command.split(' '));
    if (!help.startsWith(`passfob ${command}`)) unknown.push(command);
    unknown.push(
      ...options.filter(option => !help.includes(`${option} `)).map(option => `${command} ${option}`),
    );
  }
  expect(unknown).toEqual([]);
});
