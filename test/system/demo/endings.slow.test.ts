import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { describeNeeds, type Need } from '../../kit/tools.ts';
import { isRunning } from '../faceplates/kit.ts';
import { demo, demoPage, needsBuild, simulatorOf } from './kit.ts';

const needsProc: Need<true> = {
  name: 'npm run build, and the /proc of Linux',
  found: process.platform === 'linux' ? needsBuild.found : undefined,
};

describeNeeds(needsProc, 'processes of the demo', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'all processes of the demo end on %s, with the folder',
    async signal => {
      const temporary = temporaryFolder();
      const { running } = await demoPage([], { TMPDIR: temporary });
      const simulator = simulatorOf(running.pid);
      expect(isRunning(simulator)).toBe(true);
      expect(readdirSync(temporary)).toEqual([expect.stringMatching(/^passfob-demo-/)]);
      running.kill(signal);
      const { code, stdout, stderr } = await running.ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/Ended; nothing is left running\.\n$/);
      expect(isRunning(simulator)).toBe(false);
      expect(readdirSync(temporary)).toEqual([]);
    },
  );

  it('all processes end, too, when the demo is killed', async () => {
    const { running } = await demoPage([], { TMPDIR: temporaryFolder() });
    const simulator = simulatorOf(running.pid);
    running.kill('SIGKILL');
    await running.ended;
    await expect.poll(() => isRunning(simulator)).toBe(false);
  });

  it('the demo says so when the fob dies', async () => {
    const temporary = temporaryFolder();
    const { running, url } = await demoPage([], { TMPDIR: temporary });
    const simulator = simulatorOf(running.pid);
    process.kill(simulator, 'SIGKILL');
    const { code, stderr } = await running.ended;
    expect(code).toBe(1);
    expect(stderr).toBe(
      'demo: The simulated fob has ended, and the demo cannot continue without it (SIGKILL).\n' +
        'Run the demo again; if it fails again, report what it printed.\n',
    );
    await expect(fetch(url)).rejects.toThrow();
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('an interrupted transcript ends as failed', async () => {
    const temporary = temporaryFolder();
    const running = demo(['--transcript'], { TMPDIR: temporary });
    await running.until(/state +blank/);
    running.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(1);
    expect(stdout).not.toContain('expected result');
    expect(stderr).toBe('demo: The demo was interrupted.\nRun it again when you are ready.\n');
    expect(readdirSync(temporary)).toEqual([]);
  });
});

describeNeeds(needsBuild, 'kept folders', () => {
  it('a kept folder is continued where it was left, by one demo at a time', async () => {
    const home = temporaryFolder();
    const first = await demoPage(['--keep', home]);
    const facts = /Fob PF-\S+/.exec(first.running.said.stdout)?.[0];
    const second = await demo(['--keep', home]).ended;
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`demo: Another demo works in the folder ${home}.`);
    first.running.kill('SIGINT');
    await first.running.ended;

    const later = await demoPage(['--keep', home]);
    expect(later.running.said.stdout).toContain(facts);
    later.running.kill('SIGINT');
    expect((await later.running.ended).code).toBe(0);
  });

  it('a folder that cannot be made is refused', async () => {
    const { code, stderr } = await demo(['--keep', process.execPath]).ended;
    expect(code).toBe(1);
    expect(stderr).toBe(
      `demo: The folder ${process.execPath} cannot be made or written to.\nName another one with --keep.\n`,
    );
  });
});

describeNeeds(needsProc, 'page of the demo', () => {
  it('the page opens in the browser that the system names, over TCP where there is no pseudo-terminal', async () => {
    const programs = temporaryFolder();
    const opened = join(programs, 'opened');
    writeFileSync(join(programs, 'xdg-open'), `#!/bin/sh\necho "$1" > "${opened}"\n`, { mode: 0o755 });
    const { running, url } = await demoPage(['--open'], { PATH: programs });
    await running.until(/It is being opened\./);
    await expect.poll(() => existsSync(opened) && readFileSync(opened, 'utf8')).toMatch(/open\.html\n$/);
    // Read from a separate file: all users can read the arguments of a process, and the key would stand there.
    const file = readFileSync(opened, 'utf8').trim();
    expect(readFileSync(file, 'utf8')).toContain(`url=${url}"`);
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(running.said.stdout).toMatch(
      /This system has no pseudo-terminal \(.*\): the fob is reached over TCP instead of a serial port\.\n/,
    );
    expect(running.said.stdout).toMatch(
      /Enrolled by alice, who had a mail about it, over tcp:127\.0\.0\.1:\d+\n/,
    );
  });

  it('the person opens the page where the system names no browser', async () => {
    const { running } = await demoPage(['--open'], { PATH: temporaryFolder() });
    await running.until(/No browser could be opened: copy the address into one\./);
  });
});

describeNeeds(needsBuild, 'command line of the demo', () => {
  it('the demo prints its help', async () => {
    const { code, stdout, stderr } = await demo(['--help']).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('--transcript');
  });

  it.each([
    [['--bogus'], "Unknown option '--bogus'."],
    [['--keep'], "Option '--keep <value>' argument missing."],
    [['--keep='], '--keep needs the name of a folder.'],
    [['--transcript', '--open'], '--open opens the page, but --transcript has no page.'],
    [['surplus'], "Unexpected argument 'surplus'."],
  ])('%j is wrong usage', async (args, reason) => {
    const { code, stdout, stderr } = await demo(args).ended;
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(`demo: ${reason}\nRun: npm start -- --help\n`);
  });
});
