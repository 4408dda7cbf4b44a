import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { describeNeeds, itNeeds, needsTool } from '../../kit/tools.ts';
import { needsLinux } from '../../service/flood/kit.ts';
import { PASSWORD } from '../formats/keys.ts';
import { slottedAegis } from '../formats/made.ts';
import { passfob, personWith } from './kit/cli.ts';
import { cliMain, needsBuild, type SimulatedFob, simulatedFob } from './kit/simulated-fob.ts';

const corpus = (name: string) => fileURLToPath(new URL(`../formats/corpus/${name}`, import.meta.url));

describeNeeds(needsBuild, 'passfob import', () => {
  const home = temporaryFolder('test', afterAll);

  const run = (...args: string[]) => passfob(['import', ...args], { home, input: '' });

  it('a dry run of import says, without a fob, what would become of each row', async () => {
    const { exitCode, stdout, stderr } = await run(
      corpus('uri-twice.txt'),
      corpus('uri-steam.txt'),
      '--dry-run',
    );
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')).toEqual([
      'uri-twice.txt, line 1  A: x  TOTP SHA-1, 6 digits, 30 s  ok',
      'uri-twice.txt, line 2  A: y  TOTP SHA-1, 6 digits, 30 s  ok',
      'uri-twice.txt, line 3  A: x  skipped: The same account stands at uri-twice.txt, line 1.',
      'uri-twice.txt, line 4  A: x  TOTP SHA-1, 8 digits, 30 s  ok',
      ...[1, 2, 3].map(
        line =>
          `uri-steam.txt, line ${line}  refused: This is a Steam account: its passcodes are five characters of Steam's own alphabet, which no fob has. Keep it in the app of Steam, and enrol accounts of type totp or hotp.`,
      ),
      '3 ok, 1 skipped, 3 refused',
      '',
    ]);
  });

  it('import shows the kind, hash, digits and period of every account before a fob is touched', async () => {
    const { stdout } = await run(
      corpus('privacyidea-long-keys.csv'),
      corpus('table-serials.csv'),
      '--dry-run',
    );
    expect(stdout).toContain('line 1  OATH0001  TOTP SHA-256, 6 digits, 30 s  ok');
    expect(stdout).toContain('line 2  OATH0002  TOTP SHA-512, 8 digits, 60 s  ok');
    expect(stdout).toContain('line 3  OATH0003  HOTP SHA-256, 6 digits, counter 5  ok');
    expect(stdout).toContain('line 4  S-3  OCRA SHA-1, 6 digits, OCRA-1:HOTP-SHA1-6:QN08  ok');
    const { json } = await run(corpus('privacyidea.csv'), '--dry-run', '--json');
    expect(json()).toMatchObject({
      rows: [
        { kind: 'hotp', algorithm: 'SHA-1', digits: 6, counter: 0, serial: 'OATH0001' },
        { kind: 'totp', algorithm: 'SHA-1', digits: 8, periodSeconds: 60, alphabet: 'decimal' },
        { kind: 'totp', algorithm: 'SHA-256', digits: 6, periodSeconds: 30 },
        { kind: 'hotp', algorithm: 'SHA-1', digits: 8, counter: 77 },
      ],
    });
  });

  itNeeds(
    needsTool('script'),
    'import - asks for the password at the terminal of the process',
    async script => {
      const words = [process.execPath, cliMain, 'import', '-', '--dry-run'];
      const command = `${words.join(' ')} < ${corpus('2fas-encrypted.2fas')}`;
      const child = spawn(script, ['-qefc', command, '/dev/null'], {
        env: { ...process.env, PASSFOB_HOME: home },
      });
      let said = '';
      child.stdout.on('data', chunk => {
        const isAsked = said.includes('(not shown)');
        said += chunk;
        if (!isAsked && said.includes('(not shown)')) child.stdin.write(`${PASSWORD}\r`);
      });
      const [exitCode] = await once(child, 'close');
      expect([exitCode, said]).toEqual([0, expect.stringMatching(/\d ok/)]);
    },
  );

  it('import prints no control sequence for a terminal', async () => {
    const { stdout } = await run(corpus('uri-control-names.txt'), '--dry-run');
    expect(stdout.replaceAll('\n', '')).toMatch(/^\P{Cc}*$/u);
    expect(stdout).toContain('A: al?ice');
  });

  it('import ends at Ctrl-C while it derives keys from a password', async () => {
    const slots = Array.from({ length: 2 }, () => ({ n: 2 ** 16, r: 8, p: 4 }));
    writeFileSync(join(home, 'vault.json'), slottedAegis(slots));
    const pipe = join(home, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const args = [cliMain, 'import', join(home, 'vault.json'), '--dry-run', '--password-file', pipe];
    const command = spawn(process.execPath, args, { env: { ...process.env, PASSFOB_HOME: home } });
    const ended = once(command, 'close');
    // Only the command opens it for reading: this write ends once it does.
    await writeFile(pipe, 'not the password\n');
    command.kill('SIGINT');
    expect(await ended).toEqual([13, null]);
  });

  itNeeds(needsLinux, 'import ends at SIGTERM while it waits for the writer of a pipe', async () => {
    const pipe = join(home, 'silent');
    execFileSync('mkfifo', [pipe]);
    const args = [cliMain, 'import', pipe, '--dry-run'];
    const command = spawn(process.execPath, args, { env: { ...process.env, PASSFOB_HOME: home } });
    const ended = once(command, 'close');
    const opened = () => {
      const descriptors = `/proc/${command.pid}/fd`;
      return readdirSync(descriptors).some(one => linkOf(join(descriptors, one)) === pipe);
    };
    await expect.poll(opened).toBe(true);
    command.kill('SIGTERM');
    expect(await ended).toEqual([13, null]);
  });

  describe('imports with a fob', () => {
    let fob: SimulatedFob;
    beforeAll(async () => {
      fob = await simulatedFob();
      await personWith(() => fob, home).pair();
      return () => fob.close();
    });

    it('import writes the good rows, ends with 3 for the others, and writes nothing twice', async () => {
      const args = [corpus('uri-digits.txt'), '--port', fob.tcp, '--json'];
      for (const counts of [
        { enrolled: 3, present: 0, refused: 4 },
        { enrolled: 0, present: 3, refused: 4 },
      ]) {
        const { exitCode, json, stderr } = await run(...args);
        expect(exitCode).toBe(3);
        expect(json()).toMatchObject({ ok: false, error: { kind: 'bad-input', details: { counts } } });
        expect(stderr).toContain('line 1 (A: d5): Passcodes of 5 digits are asked for; a fob makes 6 to 8.');
      }
      const some = await run(corpus('uri-digits.txt'), '--only', 'd7', '--port', fob.tcp);
      expect([some.exitCode, some.stdout]).toEqual([
        0,
        'line 3  A: d7  TOTP SHA-1, 7 digits, 30 s  present\n1 present\n',
      ]);
    });

    it('a dry run of an import asks the fob at hand, and a fob that is named must be there', async () => {
      const args = [corpus('privacyidea-long-keys.csv'), '--dry-run'];
      const asked = await run(...args, '--port', fob.tcp);
      expect([asked.exitCode, asked.stdout]).toEqual([
        0,
        expect.stringMatching(/refused: The board of this fob cannot/),
      ]);
      const alone = await run(...args);
      expect([alone.exitCode, alone.stdout]).toEqual([
        0,
        expect.stringContaining('A fob on an Espruino Pico (pico, pico-hid) has no SHA-512'),
      ]);
      expect((await run(...args, '--port', 'tcp:127.0.0.1:9')).exitCode).not.toBe(0);
    });

    it('enroll takes a bare secret from standard input, and proves its account', async () => {
      const settings = ['--label', 'carol', '--kind', 'hotp', '--counter', '3', '--encoding', 'hex'];
      const args = ['enroll', '--secret', '-', ...settings, '--port', fob.tcp, '--json'];
      const { exitCode, json, stdout, stderr } = await passfob(args, { home, input: `${'5a'.repeat(20)}\n` });
      expect([exitCode, json()]).toMatchObject([
        0,
        { account: { kind: 'hotp', label: 'carol', counter: 3 } },
      ]);
      expect(stdout + stderr).not.toContain('5a5a');
    });
  });
});

/** Returns the target of a link; empty for one that is gone meanwhile. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
