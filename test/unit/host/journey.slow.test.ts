import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { base32nopad } from '@scure/base';
import { generateSync } from 'otplib';
import { otpauthOf, parseOtpauth } from 'passfob/enrol/otpauth';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { png, qrPicture } from '../enrol/images.ts';
import { passfob, personWith, type Running } from './kit/cli.ts';
import { needsBuild, type SimulatedFob, simulatedFob } from './kit/simulated-fob.ts';

/**
 * Allowed difference between the clocks of a fob and of this computer: a fob's is set by whole seconds, and each way
 * takes time.
 */
const CLOCKS_DIFFER_SECONDS = 5;

/** The time that npx takes to pass a signal on. */
const SIGNALS_APART_MS = 2;

/** The whole life of a fob, one command after the other: each test continues where the one before stopped. */
describeNeeds(needsBuild, 'a fob, from blank to blank, by the command line', () => {
  let fob: SimulatedFob;
  beforeAll(async () => {
    fob = await simulatedFob();
    return () => fob.close();
  });
  // Over the real serial driver where the system has a pseudo-terminal.
  const port = ({ pty, tcp }: SimulatedFob) => pty ?? tcp;
  const { home, run, json, answering, pair } = personWith(() => fob, temporaryFolder('test', afterAll), port);
  const key = secret(new Uint8Array(randomBytes(20)));
  const uri = secret(`otpauth://totp/Example:alice?secret=${base32nopad.encode(key)}&issuer=Example`);

  it('a blank fob is found', async () => {
    const address = fob.pty === undefined ? fob.tcp : `serial:${fob.pty}`;
    expect(await json('devices')).toEqual({
      exitCode: 0,
      ok: true,
      devices: [
        {
          address,
          addresses: [address],
          serial: expect.stringMatching(/^PF-[A-Z0-9]{4}-[A-Z0-9]{4}$/),
          state: 'blank',
          board: 'pico',
          firmware: expect.any(String),
          interpreter: '2v29',
          pairing: 'none',
          holder: null,
        },
      ],
      silent: [],
    });
  });

  it('a fob is paired by the code on its screen, typed in time, and gets the time with its owner', async () => {
    expect((await pair('--json')).whole()).toMatchObject({
      ...{ exitCode: 0, ok: true, board: 'pico' },
      ...{ isResumed: false, isClockSet: true },
    });
    expect(await json('devices')).toMatchObject({ devices: [{ state: 'owned', pairing: 'confirmed' }] });
  });

  it('a fob takes an account from standard input', async () => {
    const args = ['enroll', '--uri', '-', '--json', '--port', port(fob)];
    expect((await passfob(args, { home, input: `${uri}\n` })).whole()).toMatchObject({
      exitCode: 0,
      ok: true,
      account: { kind: 'totp', issuer: 'Example', label: 'alice', periodSeconds: 30 },
      isClockSet: false,
      isResumed: false,
      warnings: [],
    });
  });

  it('a fob takes an account from a file', async () => {
    const path = join(home, 'uri');
    const other = secret(base32nopad.encode(new Uint8Array(randomBytes(32))));
    writeFileSync(path, `otpauth://hotp/bob?secret=${other}&counter=7&algorithm=SHA256&digits=8\n`);
    expect(await json('enroll', '--uri-file', path)).toMatchObject({
      exitCode: 0,
      account: { kind: 'hotp', algorithm: 'SHA-256', digits: 8, counter: 7, label: 'bob' },
    });
  });

  it('a fob takes an account from a picture of a QR code', async () => {
    const path = join(home, 'qr.png');
    const seed = secret(base32nopad.encode(new Uint8Array(randomBytes(20))));
    writeFileSync(
      path,
      png(await qrPicture(`otpauth://totp/Picture:dave?secret=${seed}&issuer=Picture&period=60`)),
    );
    expect(await json('enroll', '--qr', path)).toMatchObject({
      exitCode: 0,
      account: { kind: 'totp', issuer: 'Picture', label: 'dave', periodSeconds: 60 },
      isClockSet: false,
    });
  });

  it('an account is generated, and its secret goes only to a new file', async () => {
    const path = join(home, 'made');
    const args = ['enroll', '--generate', '--kind', 'hotp', '--issuer', 'Made', '--label', 'carol', '--json'];
    const made = await run(...args, '--out', path, '--plain-seeds', '--yes');
    expect(made.whole()).toMatchObject({ exitCode: 0, account: { issuer: 'Made' }, savedTo: path });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const saved = readFileSync(path, 'utf8');
    const handedOn = parseOtpauth(saved);
    secret(handedOn.secret);
    expect(handedOn).toMatchObject({ kind: 1, issuer: 'Made', label: 'carol', counter: 0 });
    expect(saved).toBe(`${otpauthOf(handedOn)}\n`);

    const again = await run(...args, '--out', path, '--plain-seeds', '--yes');
    expect(again.whole()).toMatchObject({ exitCode: 3, ok: false, error: { kind: 'bad-input' } });
    expect(readFileSync(path, 'utf8')).toBe(saved);
    expect((await run('list', '--json')).json().accounts).toHaveLength(4);
  });

  it('a fob lists its accounts', async () => {
    expect(await json('list')).toMatchObject({
      exitCode: 0,
      clock: 'trusted',
      accounts: [
        { health: 'good', kind: 'totp', issuer: 'Example', label: 'alice' },
        { health: 'good', kind: 'hotp', label: 'bob' },
        { health: 'good', kind: 'totp', issuer: 'Picture', label: 'dave' },
        { health: 'good', kind: 'hotp', issuer: 'Made', label: 'carol' },
      ],
    });
    const { stdout } = await run('list');
    expect(stdout.split('\n')).toHaveLength(6);
    expect(stdout).toMatch(
      /^no\. +id +issuer +label +kind +hash +passcode +period\/counter +state\n1 .* alice /,
    );
  });

  it('a second account of one name needs a confirmation, and is said once to be enrolled', async () => {
    const args = ['enroll', '--generate', '--kind', 'hotp', '--issuer', 'made', '--label', 'Carol'];
    expect(await json(...args)).toMatchObject({
      exitCode: 3,
      error: {
        message: expect.stringContaining('already holds made: Carol'),
        next: expect.stringContaining('--yes'),
      },
    });
    expect((await run('list', '--json')).json().accounts).toHaveLength(4);
    const second = await run(...args, '--yes');
    expect([second.exitCode, second.stdout]).toEqual([
      0,
      expect.stringMatching(/^made: Carol is enrolled on the fob PF-\S+, and proved\.\n$/),
    ]);
    expect(second.stderr).toMatch(/^The fob holds another account of this name: [0-9a-f]{8}\./);
    expect(second.stderr).not.toContain('has proved');
    const [, id] = /^5 +([0-9a-f]{8}) /m.exec((await run('list')).stdout) ?? [];
    expect((await run('remove', id ?? '', '--yes')).exitCode).toBe(0);
  });

  it('a fob gives the right passcode when its button is held, and standard output has nothing else', async () => {
    const now = () => Math.floor(Date.now() / 1000);
    const accepted = (epoch: number) => generateSync({ secret: base32nopad.encode(key), epoch });
    // A step may begin on the fob a moment earlier or later than here.
    const from = now() - CLOCKS_DIFFER_SECONDS;
    const { exitCode, stdout } = await answering(fob.approve, 'code', 'Example:alice');
    const right = Array.from(
      { length: now() + CLOCKS_DIFFER_SECONDS - from + 1 },
      (_, seconds) => `${accepted(from + seconds)}\n`,
    );
    expect(exitCode).toBe(0);
    expect(right).toContain(stdout);
  });

  it('a fob gives the passcodes of all accounts, each after a hold of its own', async () => {
    let holds = 0;
    // One after the other: an approval may already see the next question, and two at one button would disturb each other.
    let approved = Promise.resolve();
    const all = await passfob(['code', '--all', '--json', '--port', port(fob)], {
      home,
      onSaid(said) {
        const asked = said.split('hold its button').length - 1;
        if (asked <= holds) return;
        holds = asked;
        approved = approved.then(fob.approve);
      },
    });
    expect(all.whole()).toMatchObject({
      exitCode: 0,
      codes: [
        { account: { label: 'alice' }, secondsLeft: expect.any(Number) },
        { account: { label: 'bob' }, counter: 7 },
        { account: { label: 'dave' } },
        { account: { label: 'carol' }, counter: 0 },
      ],
      skipped: [],
    });
    await approved;
    expect([holds, all.stderr]).toEqual([4, expect.stringContaining('2 of 4: bob\n')]);
  });

  it('a fob gives no passcode when its button is pressed', async () => {
    const denied = await answering(fob.deny, 'code', 'bob', '--json');
    expect(denied.whole()).toMatchObject({
      exitCode: 10,
      error: { kind: 'refused', refusal: 'press-denied' },
    });
  });

  it.each([
    ['once', 0],
    ['twice, from the terminal and from npx', SIGNALS_APART_MS],
  ])('the fob drops its question and the command ends when Ctrl-C arrives %s', async (_, apartMs) => {
    const interrupt = ({ kill }: Running) => {
      kill('SIGINT');
      if (apartMs > 0) setTimeout(() => kill('SIGINT'), apartMs);
    };
    const cancelled = await answering(interrupt, 'code', 'bob', '--json');
    expect(cancelled.whole()).toMatchObject({ exitCode: 13, error: { kind: 'cancelled' } });
    expect((await fob.screen()).join(' ')).not.toContain('?');
  });

  it('a fob keeps the time of this computer', async () => {
    const clock = await json('clock');
    expect(clock).toMatchObject({
      exitCode: 0,
      state: 'trusted',
      isSet: false,
      ageSeconds: expect.any(Number),
    });
    expect(Math.abs(Number(clock.differenceMs))).toBeLessThan(CLOCKS_DIFFER_SECONDS * 1000);
    expect(await json('clock', '--set')).toMatchObject({ exitCode: 0, isSet: true });
  });

  it('a fob proves every account', async () => {
    const { accounts, ...rest } = (await json('verify')) as { accounts?: { verdict: string }[] };
    expect(rest).toMatchObject({ exitCode: 0, ok: true });
    expect(accounts?.map(({ verdict }) => verdict)).toEqual(['proved', 'proved', 'proved', 'proved']);
  });

  it('a fob loses one account, by name, and keeps the others', async () => {
    const before = (await json('list')).accounts as { label: string }[];
    const label = before[0]?.label ?? '';
    // Without a terminal no question is possible: nothing happens without --yes.
    expect((await run('remove', label)).exitCode).not.toBe(0);
    expect((await run('remove', 'nobody', '--yes')).exitCode).toBe(3);
    expect((await json('list')).accounts).toEqual(before);
    expect(await json('remove', label, '--yes')).toMatchObject({ exitCode: 0, account: { label } });
    expect((await json('list')).accounts).toEqual(before.slice(1));
  });

  it('a fob is erased only after two confirmations: here and at the button', async () => {
    expect(await run('erase')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--yes') });
    const denied = await answering(fob.deny, 'erase', '--yes');
    expect([denied.exitCode, (await run('verify')).exitCode]).toEqual([10, 0]);

    expect((await answering(fob.approve, 'erase', '--yes', '--json')).exitCode).toBe(0);
    expect(await json('devices')).toMatchObject({ devices: [{ state: 'blank', pairing: 'none' }] });
    expect(await json('list')).toMatchObject({ exitCode: 8, error: { kind: 'not-paired' } });
  });
});
