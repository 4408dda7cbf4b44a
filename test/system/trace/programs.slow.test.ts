import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { itemText } from '@passfob/protocol/trace/text';
import { UsageError } from '@passfob/simulator/base/usage-error';
import { parseOptions } from '@passfob/simulator/program/options';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { passfob } from '../../unit/host/kit/cli.ts';
import { needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { readiness, simulator } from '../faceplates/kit.ts';
import { decoded, readTrace } from './kit.ts';

const folder = temporaryFolder('traces');

/** Starts a simulated fob, and returns its port. */
async function simulate(...args: readonly string[]) {
  const fob = simulator(['--tcp', '0', '--json', ...args]);
  return { fob, port: Number((await readiness(fob)).tcp) };
}

function textsIn(path: string): string[] {
  const { records, error } = readTrace(readFileSync(path));
  expect(error).toBeUndefined();
  return decoded(records).map(itemText);
}

describeNeeds(needsBuild, 'traces of programs', () => {
  it('a simulated fob and a command line that are killed leave traces of the same conversation', async () => {
    const [ofFob, ofHost] = [join(folder, 'fob.pcapng'), join(folder, 'host.pcapng')];
    const { fob, port } = await simulate('--trace', ofFob);
    const found = await passfob(['devices', '--port', `tcp:127.0.0.1:${port}`, '--trace-file', ofHost], {
      home: folder,
    });
    expect(found.exitCode).toBe(0);
    fob.kill('SIGKILL');
    await fob.ended;
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
    const { fob, port } = await simulate('--trace', path, '--trace-max', '4096', '--trace-screens');
    const socket = connect(port, '127.0.0.1');
    for (let round = 0; round < 60; round++) {
      socket.write('~AXsBRU8jjg==\n');
      for (let answer = ''; !answer.includes('\n'); ) answer += String(await once(socket, 'data'));
    }
    socket.destroy();
    fob.kill('SIGTERM');
    await fob.ended;
    expect(statSync(path).size).toBeLessThanOrEqual(4_096);
    expect(textsIn(path).at(-1)).toContain('it has reached its limit');
  });

  it('a trace that cannot be written stops neither the start of a command nor its reason', async () => {
    const absent = join(folder, 'absent', 'trace');
    const refused = await passfob(['devices', '--trace-file', absent], { home: folder });
    expect([refused.exitCode, refused.stderr.includes(`The trace file ${absent} cannot be written`)]).toEqual(
      [3, true],
    );
    expect((await simulator(['--tcp', '0', '--trace', absent]).ended).code).toBe(1);
  });
});

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
