import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { itemText } from '@passfob/protocol/trace/text';
import { UsageError } from '@passfob/simulator/base/usage-error';
import { parseOptions } from '@passfob/simulator/program/options';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { built } from '../../kit/built.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { passfob } from '../../unit/host/kit/cli.ts';
import { needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { decoded, readTrace } from './kit.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'passfob-traces-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Starts a simulated fob and returns its address. */
async function simulate(
  ...args: readonly string[]
): Promise<{ child: ChildProcessWithoutNullStreams; port: string }> {
  const child = spawn(process.execPath, [built('simulator/dist/main.js'), '--tcp', '0', '--json', ...args]);
  const [line] = await once(child.stdout, 'data');
  return { child, port: `tcp:127.0.0.1:${JSON.parse(String(line)).tcp}` };
}

function textsIn(path: string): string[] {
  const { records, error } = readTrace(readFileSync(path));
  expect(error).toBeUndefined();
  return decoded(records).map(itemText);
}

describeNeeds(needsBuild, 'traces of programs', () => {
  it('a simulated fob and a command line that are killed leave traces of the same conversation', async () => {
    const [ofFob, ofHost] = [join(folder, 'fob.pcapng'), join(folder, 'host.pcapng')];
    const { child, port } = await simulate('--trace', ofFob);
    const found = await passfob(['devices', '--port', port, '--trace-file', ofHost], { home: folder });
    expect(found.exitCode).toBe(0);
    child.kill('SIGKILL');
    await once(child, 'close');
    const frames = (path: string) => textsIn(path).filter(text => /^re(?:quest|sponse) /.test(text));
    expect(frames(ofFob)).toEqual(frames(ofHost));
    expect(frames(ofHost)[1]).toMatch(/^response \d+ {2}hello version=\d+ state=blank /);
    expect(textsIn(ofFob)).toContain('ACK');
    for (const path of [ofFob, ofHost]) expect(statSync(path).mode & 0o777).toBe(0o600);
    const shown = await passfob(['trace', ofFob, '--frames'], { home: folder });
    expect([shown.exitCode, shown.stdout.split('\n').length - 1]).toEqual([0, frames(ofFob).length]);
  });

  it('a trace of a simulated fob ends at its limit, and the fob goes on', async () => {
    const path = join(folder, 'short.pcapng');
    const { child, port } = await simulate('--trace', path, '--trace-max', '4096', '--trace-screens');
    const socket = connect(Number(port.split(':').at(-1)), '127.0.0.1');
    for (let round = 0; round < 60; round++) {
      socket.write('~AXsBRU8jjg==\n');
      for (let answer = ''; !answer.includes('\n'); ) answer += String(await once(socket, 'data'));
    }
    socket.destroy();
    child.kill('SIGTERM');
    await once(child, 'close');
    expect(statSync(path).size).toBeLessThanOrEqual(4_096);
    expect(textsIn(path).at(-1)).toContain('it has reached its limit');
  });

  it('a trace that cannot be written stops neither the start of a command nor its reason', async () => {
    const absent = join(folder, 'absent', 'trace');
    const refused = await passfob(['devices', '--trace-file', absent], { home: folder });
    expect([refused.exitCode, refused.stderr.includes(`The trace file ${absent} cannot be written`)]).toEqual(
      [3, true],
    );
    const child = spawn(process.execPath, [built('simulator/dist/main.js'), '--tcp', '0', '--trace', absent]);
    const [code] = await once(child, 'close');
    expect(code).toBe(1);
  });
});

describe('options of traces', () => {
  it.each([
    [['--trace-max', '5000'], 'add --trace FILE'],
    [['--trace-screens'], 'add --trace FILE'],
    [['--trace', 'x', '--trace-max', '100'], 'whole number of bytes from 4096'],
    [['--trace', 'x', '--trace-max', '5000.5'], 'whole number of bytes from 4096'],
  ])('passfob simulate refuses %j', async (args, why) => {
    const parse = async () => parseOptions(['--tcp', '0', ...args], 'passfob simulate');
    await expect(parse()).rejects.toThrow(UsageError);
    await expect(parse()).rejects.toThrow(why);
  });
});
