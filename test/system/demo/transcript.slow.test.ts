import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { onStage } from '@passfob/demo/play/stage';
import { transcript } from '@passfob/demo/transcript';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds, itNeeds } from '../../kit/tools.ts';
import { needsPty } from '../../unit/host/kit/simulated-fob.ts';
import { demo, demoPage, keep, needsBuild, recordSecrets } from './kit.ts';

/** Returns the facts of a transcript by the title of their step, without the number of the step. */
function stepsIn(printed: string): Map<string, string[]> {
  const steps = new Map<string, string[]>();
  for (const block of printed.split('\n\n')) {
    const [title = '', ...facts] = block.split('\n');
    const name = /^ ?\d+ {2}(.*)$/.exec(title)?.[1];
    if (name !== undefined) steps.set(name, [...(steps.get(name) ?? []), ...facts.map(fact => fact.trim())]);
  }
  return steps;
}

const factsNamed = (facts: readonly string[] | undefined, name: string): string[] =>
  (facts ?? []).filter(fact => fact.startsWith(name)).map(fact => fact.slice(10).trim());

/** A pairing code as the fob shows it, or typed in one piece. */
const PAIRING_CODE = /\b(?:[02-9ac-hj-np-z]{3}[ |]+){5}[02-9ac-hj-np-z]{3}\b|\b[02-9ac-hj-np-z]{18}\b/;

describeNeeds(needsBuild, 'transcripts', () => {
  it('a transcript does the whole job, prints the result of each step and ends with 0', async () => {
    const home = temporaryFolder();
    const { code, stdout, stderr } = await demo(['--transcript', '--keep', home]).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/\nAll 21 steps had the expected result\.\n$/);
    const steps = stepsIn(stdout);

    const start = steps.get('Start a simulated fob');
    const [serial = ''] = factsNamed(start, 'serial');
    expect(serial).toMatch(/^PF-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    const [port] = factsNamed(start, 'port');
    if (needsPty.found) expect(port).toMatch(/through the serial driver/);
    expect(factsNamed(start, 'board')).toEqual(['pico']);
    expect(factsNamed(start, 'state')).toEqual(['blank']);
    expect(factsNamed(steps.get('Pair it by the code on its display'), 'code')).toEqual([
      'read from the screen (18 characters)',
    ]);
    expect(stdout).not.toMatch(PAIRING_CODE);

    const [timed = ''] = factsNamed(steps.get('Hold the button and read the passcode'), 'passcode');
    const passcode = /^(\d{6}) \(\d+ s left\)$/.exec(timed)?.[1];
    const typed = steps.get('Type it into the log-in form');
    expect(factsNamed(typed, 'passcode')).toEqual([passcode]);
    expect(factsNamed(typed, 'result')).toEqual(['accepted']);
    const again = steps.get('Type the same passcode again');
    expect(factsNamed(again, 'passcode')).toEqual([passcode]);
    expect(factsNamed(again, 'result')).toEqual(['refused']);
    expect(factsNamed(steps.get('Look at the administrator’s console'), 'alert')).toEqual([
      expect.stringContaining(`1 time: User alice, Token ${serial}, From 127.0.0.1`),
      expect.stringContaining(`1 time: User alice, Token ${serial}/2, From 127.0.0.1`),
    ]);

    const approved = steps.get('Select Autosend on a log-in page, and hold the button');
    const [number = ''] = factsNamed(approved, 'number');
    expect(number).toMatch(/^\d\d$/);
    expect(factsNamed(approved, 'display')).toEqual([`Passfob | bob | ${number} | Hold: yes  Press: no`]);
    expect(factsNamed(approved, 'result')).toEqual(['accepted']);
    const reported = steps.get('Select Autosend again, and report it');
    expect(factsNamed(reported, 'result')).toEqual(['refused']);
    expect(factsNamed(reported, 'alert')).toEqual([
      expect.stringContaining('Log-in reported by its user, 1 time: User bob'),
    ]);

    const accepted = factsNamed(
      steps.get('Log in with the first passcode, then with the second'),
      'passcode',
    );
    expect(new Set(accepted).size).toBe(2);
    // Three secrets of the pairing, two seeds, the inventory's key and the service's two.
    expect(await recordSecrets(home, serial)).toBe(8);
  });

  it('a transcript starts with a blank fob, or says that it has none', async () => {
    const home = temporaryFolder();
    const { running } = await demoPage(['--keep', home]);
    running.kill('SIGINT');
    await running.ended;
    const { code, stderr } = await demo(['--transcript', '--keep', home]).ended;
    expect(code).toBe(1);
    expect(stderr).toBe(
      'demo: Step 1, “Start a simulated fob”, failed. The fob in this folder has an owner already, and the transcript starts with a blank one.\n' +
        'Name a new folder with --keep, or leave --keep out.\n',
    );
  });

  it('a transcript uses TCP where there is no pseudo-terminal, says so, and leaves no folder behind', async () => {
    const temporary = temporaryFolder();
    // Neither socat nor perl is in the path.
    const { code, stdout } = await demo(['--transcript'], { PATH: temporary, TMPDIR: temporary }).ended;
    expect(code).toBe(0);
    expect(factsNamed(stepsIn(stdout).get('Start a simulated fob'), 'port')).toEqual([
      expect.stringMatching(
        /^tcp:127\.0\.0\.1:\d+ \(no pseudo-terminal here: .*socat: not installed; perl: not installed\)$/,
      ),
    ]);
    expect(readdirSync(temporary)).toEqual([]);
  });

  itNeeds(needsPty, 'a transcript uses the serial driver where there is one', async () => {
    const home = temporaryFolder();
    const running = demo(['--transcript', '--keep', home]);
    await running.until(
      new RegExp(`port +${join(home, 'fob')} \\(pseudo-terminal, through the serial driver\\)`),
    );
    expect(existsSync(join(home, 'fob'))).toBe(true);
    // The first of these tests does the whole job over it.
    await running.until(/Enrol “/);
  });

  it('a transcript fails by name at the first step without the expected result', async () => {
    const said: string[] = [];
    const codes = new Set<string>();
    const stop = new AbortController();
    const played = onStage(
      { stop, random: length => secret(crypto.getRandomValues(new Uint8Array(length))) },
      async stage => {
        secret(new URL(stage.service.operatorLink).searchParams.get('key') ?? '');
        stage.fob.control.onScreen(({ text }) => {
          const lines = text.filter(line => /^[a-z\d]{3} [a-z\d]{3}$/.test(line));
          if (lines.length !== 3) return;
          const code = secret(lines.join(' '));
          codes.add(code).add(secret(code.replaceAll(' ', '')));
        });
        let meddled = Promise.resolve();
        await transcript(stage, line => {
          said.push(line);
          if (!line.includes('Hold the button')) return;
          meddled = stage.service.tokens().then(async ([token]) => {
            await stage.service.changeTokenState(token?.serial ?? '', 'revoked');
          });
        }).finally(() => meddled);
      },
    );
    await expect(played).rejects.toMatchObject({
      kind: 'verification-failed',
      message: 'Step 7, “Type it into the log-in form”, failed. Expected: accepted. Got: refused.',
    });
    expect(said.at(-1)).toContain('HTTP 403');
    expect([...codes].map(code => [PAIRING_CODE.test(code), said.join().includes(code)])).toEqual([
      [true, false],
      [true, false],
    ]);
    keep(said.join('\n'));
  });
});
