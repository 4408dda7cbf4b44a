import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { activationString, inGroups, readActivationString } from 'passfob/activation/activation-string';
import { EXIT_CODES } from 'passfob/cli/base/exit-codes';
import { expect, it, onTestFinished } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { TestProxy } from '../../system/agent/kit/proxy.ts';
import { png, qrPicture } from '../../unit/enrol/images.ts';
import { passfob, type RunOptions } from '../../unit/host/kit/cli.ts';
import { needsBuild, type SimulatedFob, simulatedFob } from '../../unit/host/kit/simulated-fob.ts';
import { Rig } from '../kit.ts';
import { Authority, needsOpenssl } from '../serve/certificates.ts';
import { Office } from '../users/kit.ts';
import { makeActivation } from './kit.ts';

const LOOK_MS = 200;
const SHORT_MS = 100;

async function world(options: Parameters<Rig['start']>[0] = {}) {
  const rig = new Rig();
  const folder = mkdtempSync(join(tmpdir(), 'passfob-activate-'));
  // The command line and the fob use this computer's clock.
  const service = await rig.start({ clock: Date.now, ...options });
  rig.clock.nowMs = Date.now();
  const office = await Office.beside(rig);
  onTestFinished(async () => {
    await office[Symbol.asyncDispose]();
    await rig[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });
  return { rig, service, office, folder };
}

/** Approves a fob's requests until the signal. */
async function attend(fob: SimulatedFob, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await fob.approve();
    await wait(LOOK_MS);
  }
}

/** Waits for the code on a fob's screen. */
async function shownCode(fob: SimulatedFob): Promise<string> {
  for (;;) {
    const code = await fob.code();
    if (/^[a-z0-9 ]+$/i.test(code) && code.replaceAll(' ', '').length === 18) return code;
    await wait(LOOK_MS);
  }
}

/** Runs `passfob activate` while a person attends the fob. */
async function activated(fob: SimulatedFob, args: readonly string[], options: RunOptions) {
  const leaving = new AbortController();
  const person = attend(fob, leaving.signal);
  try {
    return await passfob(['activate', ...args, '--port', fob.tcp], options);
  } finally {
    leaving.abort();
    await person;
  }
}

const printable = (text: string) => secret(text);

describeNeeds(needsBuild, 'passfob activate', () => {
  it('activate asks for the string and for the code of a blank fob, and its token becomes active', async () => {
    const { service, office, folder } = await world();
    const fob = await simulatedFob();
    onTestFinished(() => fob.close());
    const string = inGroups(activationString(await makeActivation(office, service.url)));
    const run = await activated(fob, ['--json'], {
      home: folder,
      when: [
        'Activation string',
        async ({ type }) => {
          type(`${printable(string.toUpperCase())}\n`);
          const code = await shownCode(fob);
          // A short press hides the code; an empty line shows it again.
          await fob.ask({ do: 'press', heldMs: SHORT_MS });
          await expect.poll(async () => (await fob.code()) === code).toBe(false);
          type('\n');
          const again = await shownCode(fob);
          expect(again === code).toBe(true);
          type(`${again}\n`);
        },
      ],
    });
    expect([run.exitCode, run.stderr.includes('Type the code')]).toEqual([0, true]);
    expect(run.stderr).toContain('asked to show its code again');
    const [token] = await service.tokens();
    expect(run.json()).toEqual({
      ok: true,
      service: service.url,
      user: 'ada',
      serial: token?.serial.slice(0, 12),
      token: token?.serial,
    });
    expect(token).toMatchObject({ user: 'ada', state: 'active' });
    // The agent now knows the service by the fingerprint in the string.
    const { fingerprint } = readActivationString(string);
    expect(JSON.parse(readFileSync(join(folder, 'agent.json'), 'utf8'))).toEqual({
      version: 1,
      services: [
        {
          url: service.url,
          name: new URL(service.url).host,
          fingerprint: Buffer.from(fingerprint).toString('hex'),
        },
      ],
    });
    expect(run.stderr).toContain(`The agent keeps a connection to ${service.url} from now on`);
    // The fob now belongs to the user, and the string is used up.
    const again = await activated(fob, ['-', '--json'], { home: folder, input: string });
    expect(again.exitCode).toBe(EXIT_CODES.activation.code);
    expect(again.json()).toMatchObject({
      error: {
        kind: 'activation',
        next: expect.stringContaining('It may have been used already'),
        details: { code: 'not_valid' },
      },
    });
  });

  it('activate reads the string from standard input and from the image of a QR code', async () => {
    const { service, office, folder } = await world();
    const fob = await simulatedFob();
    onTestFinished(() => fob.close());
    const link = `${service.url}/activate#${activationString(await makeActivation(office, service.url))}`;
    const blank = await activated(fob, ['-'], { home: folder, input: link });
    // Nobody can type the code of a blank fob after the end of standard input.
    expect(blank.exitCode).toBe(EXIT_CODES.usage.code);
    // Endless empty lines show the code again a limited number of times only.
    const empty = await activated(fob, ['--json'], {
      home: folder,
      when: ['Activation string', ({ type }) => type(`${link}\n${'\n'.repeat(500)}`)],
    });
    expect(empty.json()).toMatchObject({ error: { kind: 'activation', details: { code: 'wrong_code' } } });
    const paired = await activated(fob, ['--json', '--no-agent'], {
      home: folder,
      when: [
        'Activation string',
        async ({ type }) => {
          type(`${link}\n`);
          type(`${await shownCode(fob)}\n`);
        },
      ],
    });
    expect(paired.json()).toMatchObject({ ok: true });
    const image = join(folder, 'activation.png');
    const string = activationString(await makeActivation(office, service.url));
    writeFileSync(image, png(await qrPicture(secret(string.toUpperCase()))));
    const read = await activated(fob, ['--qr', image, '--no-agent'], { home: folder, input: '' });
    expect(read.stdout).toMatch(/^The fob PF-\S+ is active\.\nYou can log in with its next passcode\.\n/);
    expect(read.stderr).not.toContain('Plug in');
    const third = activationString(await makeActivation(office, service.url));
    expect(
      (await activated(fob, ['-', '--json', '--no-agent'], { home: folder, input: third })).json(),
    ).toMatchObject({ ok: true });
    expect(existsSync(join(folder, 'agent.json'))).toBe(false);
    const states = (await service.tokens()).map(({ state }) => state);
    expect(states).toEqual(['active', 'active', 'active']);
  });

  it('activate says that a fob has another owner, and refuses a blank fob itself where it must be owned', async () => {
    const { service, office, folder } = await world();
    const fob = await simulatedFob();
    onTestFinished(() => fob.close());
    const attempts = () => office.store.db.selectFrom('activations').select('attempts').execute();
    const owned = activationString(await makeActivation(office, service.url, { fobs: 'owned' }));
    const blank = await activated(fob, ['-', '--json'], { home: folder, input: owned });
    expect([blank.exitCode, blank.json()]).toMatchObject([
      EXIT_CODES.activation.code,
      {
        error: { message: expect.stringMatching(/^The fob PF-\S+ is blank/), details: { code: 'blank_fob' } },
      },
    ]);
    expect(await attempts()).toEqual([{ attempts: 0 }]);
    const paired = await passfob(['pair', '--port', fob.tcp], {
      home: folder,
      when: ['Code on the screen', async ({ type }) => type(`${await shownCode(fob)}\n`)],
    });
    expect(paired.exitCode).toBe(0);
    const unbound = activationString(await makeActivation(office, service.url));
    const other = await activated(fob, ['-', '--json'], { home: folder, input: unbound });
    expect([other.exitCode, other.json()]).toMatchObject([
      EXIT_CODES.activation.code,
      {
        error: {
          message: expect.stringMatching(/^The fob PF-\S+ already has an owner\.$/),
          next: 'Its owner can run: passfob erase. Or use a blank fob.',
          details: { code: 'has_owner', isFinal: false },
        },
      },
    ]);
    expect(other.stderr).not.toContain('Plug in');
  });

  it('activate refuses a malformed string, a string on the command line and a string of another service', async () => {
    const { service, office, folder } = await world();
    const run = async (args: readonly string[], input: string) => {
      const options = { home: folder, input };
      const { exitCode, stderr } = await passfob(['activate', ...args, '--port', 'tcp:127.0.0.1:9'], options);
      expect(stderr).not.toContain('    at ');
      return exitCode;
    };
    const activation = await makeActivation(office, service.url);
    const string = activationString(activation);
    expect(await run(['-'], `${string.slice(0, -1)}${string.endsWith('q') ? 'p' : 'q'}`)).toBe(3);
    const forged = { ...activation, fingerprint: new Uint8Array(16).fill(9) };
    expect(await run(['-'], secret(activationString(forged)))).toBe(EXIT_CODES.activation.code);
    // No fob is connected, and the service had already accepted the code.
    expect(await run(['-'], string)).toBe(EXIT_CODES['no-fob'].code);
    const spent = activationString({ ...activation, code: new Uint8Array(16).fill(1) });
    expect(await run([spent], '')).toBe(EXIT_CODES.usage.code);
    expect(await run(['-', '--dry-run'], string)).toBe(0);
    expect(await service.tokens()).toEqual([]);
  });
});

describeNeeds(needsOpenssl, 'passfob activate over TLS', () => {
  it('activate sends nothing to a service whose certificate is not trusted', async () => {
    using authority = new Authority();
    const { cert, key } = authority.issue();
    const { service, office, folder } = await world({
      tls: { certificateFile: cert, keyFile: key },
      host: 'localhost',
    });
    const url = service.url.replace('127.0.0.1', 'localhost');
    const string = activationString(await makeActivation(office, url));
    const options = { home: folder, input: string };
    const args = ['activate', '-', '--json', '--port', 'tcp:127.0.0.1:9'];
    const strange = await passfob(args, options);
    expect(strange.exitCode).toBe(EXIT_CODES.certificate.code);
    const trusted = await passfob([...args, '--ca', authority.file], options);
    expect(trusted.exitCode).toBe(EXIT_CODES['no-fob'].code);
    expect(await office.store.db.selectFrom('activations').select('step').execute()).toEqual([
      { step: 'connected' },
    ]);
  });

  it('activate uses the proxy of the environment or of --proxy, which alone resolves the service’s name', async () => {
    using authority = new Authority();
    // RFC 6761 §6.2: no resolver knows a name in .test.
    const { cert, key } = authority.issue('DNS:otp.test');
    const url = 'https://otp.test';
    const { service, office, folder } = await world({
      tls: { certificateFile: cert, keyFile: key },
      host: 'localhost',
      publicUrl: url,
    });
    const port = Number(new URL(service.url).port);
    const login = `ada:${secret(randomBytes(12).toString('hex'))}`;
    await using proxy = await TestProxy.start({ allowed: { 'otp.test:443': port }, login });
    const string = activationString(await makeActivation(office, url));
    const args = ['activate', '-', '--json', '--port', 'tcp:127.0.0.1:9', '--ca', authority.file];
    const run = (environment: Readonly<Record<string, string>>, ...more: string[]) =>
      passfob([...args, ...more], { home: folder, input: string, environment });

    const withLogin = proxy.address.replace('//', `//${login}@`);
    const carried = await run({ HTTPS_PROXY: withLogin });
    expect(carried.exitCode, carried.stderr).toBe(EXIT_CODES['no-fob'].code);
    expect(proxy.log).toEqual([{ target: 'otp.test:443', status: 200 }]);
    const steps = () => office.store.db.selectFrom('activations').select('step').execute();
    expect(await steps()).toEqual([{ step: 'connected' }]);

    const refused = await run({}, '--proxy', proxy.address);
    expect([refused.exitCode, refused.stdout]).toEqual([
      EXIT_CODES.proxy.code,
      expect.stringContaining('requires authentication (407)'),
    ]);
    const loginFile = join(folder, 'proxy-login');
    writeFileSync(loginFile, `${login}\n`, { mode: 0o600 });
    const named = await run({}, '--proxy', proxy.address, '--proxy-login', loginFile);
    expect(named.exitCode, named.stderr).toBe(EXIT_CODES['no-fob'].code);
    expect(proxy.log.map(({ status }) => status)).toEqual([200, 407, 200]);
  });
});
