import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { BLINK } from '../emulator/board/programs.ts';
import { passfob } from './kit/cli.ts';
import { needsBuild } from './kit/simulated-fob.ts';

it.each(['index', 'browser'])('the client library uses nothing that a browser lacks: %s', async name => {
  const entry = fileURLToPath(new URL(`../../../host/client/${name}.ts`, import.meta.url));
  const bundle = await build({
    entryPoints: [entry],
    bundle: true,
    conditions: ['source'],
    write: false,
    platform: 'browser',
    format: 'esm',
    logLevel: 'silent',
  });
  const [file] = bundle.outputFiles;
  expect(file?.text).toContain('getRandomValues');
  expect(file?.text.match(/\b(?:Buffer|process)\.\w+|\brequire\(/g)).toBeNull();
});

describeNeeds(needsBuild, 'passfob simulate', () => {
  const home = temporaryFolder('test', afterAll);

  it('the library runs a simulated fob with its own options, and ends as the fob ends', async () => {
    const ended = await passfob(['simulate', '--tcp', '0', '--control'], {
      home,
      when: ['"ready":true', ({ type }) => type('{"do":"quit"}\n')],
    });
    expect(ended).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('"ok":true') });
    expect(await passfob(['simulate', '--no-such-option'], { home, input: '' })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(
        'passfob simulate: Unknown option --no-such-option. Run: passfob simulate --help',
      ),
    });
  });

  it('the emulator runs a firmware for passfob simulate', async () => {
    const firmware = join(home, 'blink.bin');
    writeFileSync(firmware, BLINK);
    const ended = await passfob(['simulate', '--firmware', firmware, '--control', '--clock', 'virtual'], {
      home,
      when: ['"ready":true', ({ type }) => type('{"do":"quit"}\n')],
    });
    expect(ended).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('"ok":true') });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('the library ends its fob when it gets %s alone', async signal => {
    const ended = await passfob(['simulate', '--tcp', '0', '--control'], {
      home,
      when: ['"ready":true', ({ kill }) => kill(signal)],
    });
    expect(ended.exitCode).toBe(0);
  });

  it('a fob under control ends with its standard input, even if the program that started it was killed', async () => {
    // The run is over when the fob has closed the streams that it shares with that program.
    const ended = await passfob(['simulate', '--tcp', '0', '--control'], {
      home,
      when: ['"ready":true', ({ kill }) => kill('SIGKILL')],
    });
    expect(ended.stderr).toContain('"ready":true');
  });
});
