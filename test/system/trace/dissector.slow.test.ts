import { execFile } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { dissectorText } from '@passfob/protocol/trace/dissector';
import type { TraceRecord } from '@passfob/protocol/trace/records';
import { itemText } from '@passfob/protocol/trace/text';
import { TraceWriter } from '@passfob/protocol/trace/write';
import { makeRandomness, type Randomness } from '@passfob/simulator/base/randomness';
import { beforeAll, expect, it } from 'vitest';
import { LONG, seedsOf } from '../../kit/counts.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { describeNeeds, type Need, tool } from '../../kit/tools.ts';
import { decoded, readTrace, recordedConversation } from './kit.ts';

/** Wireshark loads no plugin for root. */
const NOBODY = '65534';

const needsTshark: Need<readonly string[]> = {
  name: 'tshark, and setpriv where the tests run as root',
  found: command(),
};

/** tshark, run by an ordinary user. */
function command(): readonly string[] | undefined {
  const [tshark, setpriv] = [tool('tshark'), tool('setpriv')];
  if (tshark === undefined) return undefined;
  if (process.getuid?.() !== 0) return [tshark];
  return setpriv === undefined
    ? undefined
    : [setpriv, '--reuid', NOBODY, '--regid', NOBODY, '--clear-groups', tshark];
}

const folder = temporaryFolder('dissector');
beforeAll(() => {
  chmodSync(folder, 0o777);
  writeFileSync(join(folder, 'passfob.lua'), dissectorText());
});

describeNeeds(needsTshark, 'the dissector for Wireshark', ([program = '', ...before]) => {
  /** Runs tshark on a trace and returns its lines. */
  async function tshark(file: Uint8Array, ...args: readonly string[]): Promise<string[]> {
    const path = join(folder, 'trace.pcapng');
    writeFileSync(path, file);
    const plugin = `lua_script:${join(folder, 'passfob.lua')}`;
    const { stdout, stderr } = await promisify(execFile)(
      program,
      [...before, '-X', plugin, '-n', '-r', path, ...args],
      { env: { ...process.env, HOME: folder }, maxBuffer: 1 << 28 },
    );
    expect(stderr.replace(/^Running as user.*\n/m, '')).toBe('');
    return stdout.split('\n').slice(0, -1);
  }

  /** The texts of each packet by the dissector. */
  async function shown(file: Uint8Array): Promise<string[]> {
    return tshark(file, '-T', 'fields', '-E', 'aggregator=|', '-e', 'frame.number', '-e', 'passfob.text');
  }

  /** The same by our decoder, without what only the end of the file shows. */
  function ours(file: Uint8Array): string[] {
    const { records } = readTrace(file);
    const last = records.length;
    const sentinel: TraceRecord = { kind: 'cut-short', atUs: 0 };
    const texts = records.map((_, at) => `${at + 1}\t`);
    const items = decoded([...records, sentinel]);
    const ended = items.findIndex(item => item.last > last);
    for (const item of items.slice(0, ended)) {
      const line = texts[item.last - 1] ?? '';
      texts[item.last - 1] =
        `${line}${line.endsWith('\t') ? '' : '|'}${itemText(item).replaceAll('\\', '\\\\')}`;
    }
    return texts;
  }

  it('Wireshark shows a recorded conversation as passfob trace does, packet by packet', async () => {
    const { file } = await recordedConversation({ screens: true });
    const expected = ours(file);
    expect(expected.length).toBeGreaterThan(50);
    expect(await shown(file)).toEqual(expected);
  });

  it('Wireshark filters by command, field, refusal and what is left out', async () => {
    const { file } = await recordedConversation();
    const count = async (filter: string) => (await tshark(file, '-Y', filter)).length;
    const texts = ours(file).join('\n');
    const hits = (pattern: RegExp) => texts.match(pattern)?.length ?? 0;
    for (const [filter, expected] of [
      ['passfob.command == "hello"', hits(/ hello/g)],
      ['passfob.hello.state == 0 && passfob.hello.board == "pico"', hits(/ state=blank/g)],
      ['passfob.open.key == 0', 1],
      ['passfob.left_out.why == "code-session"', hits(/left out/g)],
      ['passfob.frame == "request" && passfob.sealed_bytes > 0', hits(/sealed request/g)],
      ['passfob.key.down == 1', 1],
      ['passfob.power', 2],
      ['passfob.refusal', 0],
    ] as const)
      expect([filter, await count(filter)]).toEqual([filter, expected]);
    expect(await count('passfob.memory == "eeprom" && passfob.memory.length > 8')).toBeGreaterThan(0);
  });

  it('the saved part of a trace is still a trace', async () => {
    const { file } = await recordedConversation();
    const part = join(folder, 'part.pcapng');
    await tshark(file, '-Y', 'passfob.command', '-w', part);
    const { records, error } = readTrace(readFileSync(part));
    expect(error).toBeUndefined();
    expect(records.length).toBeGreaterThan(4);
    expect(decoded(records).every(({ is }) => is.kind === 'frame')).toBe(true);
  });

  it('Wireshark agrees with the decoder about damaged and invented bytes', LONG, async () => {
    const { file } = await recordedConversation();
    for (const seed of seedsOf(2, 200)) {
      const broken = hostile(file, seed);
      expect(await shown(broken), `seed ${seed}`).toEqual(ours(broken));
    }
  });
});

/** A packet's body begins behind the head of its block. */
const BODY_AT = 28;
const PACKET = 6;

/** Changes one of the first bytes of a body: version, kind, direction. */
function changeBody(block: Uint8Array | undefined, randomness: Randomness): void {
  if (block?.[0] === PACKET)
    block[BODY_AT + randomness.below(3)] = randomness.pick([0, 1, 2, 3, 4, 5, 6, 7, 8, 255]);
}

/** Makes a trace of bytes that were damaged in every way, with lines of any length. */
function hostile(file: Uint8Array, seed: number): Uint8Array {
  const randomness = makeRandomness(seed, 'dissector');
  const writer = new TraceWriter({ program: 'test' });
  const blocks: Uint8Array[] = [writer.start()];
  const put = (record: TraceRecord) => blocks.push(writer.record(record));
  for (const record of readTrace(file).records) {
    if (record.kind !== 'bytes') {
      put(record);
      continue;
    }
    const bytes = Uint8Array.from(record.bytes);
    const kind = randomness.below(6);
    const at = randomness.below(bytes.length);
    if (kind === 0) bytes[at] = randomness.below(128);
    if (kind === 1) put({ ...record, bytes: bytes.subarray(0, at) });
    if (kind === 2) put({ ...record, bytes: randomness.bytes(randomness.below(30)) });
    if (kind === 3)
      put({
        ...record,
        bytes: new Uint8Array(600 + randomness.below(1_200)).fill(randomness.pick([65, 126])),
      });
    if (kind === 4) put({ ...record, port: 'HID', bytes: Uint8Array.of(bytes.length, ...bytes, 0, 0) });
    put({ ...record, bytes });
    if (kind === 5) changeBody(blocks.at(-1), randomness);
  }
  return Buffer.concat(blocks);
}

it('the dissector is Lua of any version: it has no operator that old ones lack', () => {
  const code = dissectorText()
    .replace(/--.*$/gm, '')
    .replace(/"(?:[^"\\]|\\.)*"/g, '""');
  expect(code).not.toMatch(/\/\/|<<|>>|[^~]~[^=]|&|\bgoto\b|<const>/);
  expect(code.length).toBeGreaterThan(10_000);
});
