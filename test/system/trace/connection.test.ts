import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { itemText } from '@passfob/protocol/trace/text';
import { traceToFile } from 'passfob/cli/base/trace-file';
import { connect } from 'passfob/client/client';
import { watched } from 'passfob/client/trace';
import { enroll } from 'passfob/commands/enroll';
import { pair } from 'passfob/commands/pair';
import { parseOtpauth } from 'passfob/enrol/otpauth';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { secret } from '../../kit/secrets.ts';
import { CoreFob } from '../../unit/host/kit/core-fob.ts';
import { workplace } from '../../unit/host/kit/workplace.ts';
import { decoded, readTrace } from './kit.ts';

const URI = secret('otpauth://totp/Example:bob?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example');

it('the trace file of a connection has every frame but those of the session by pairing code, and no secret', async () => {
  const path = join(temporaryFolder('connection'), 'trace.pcapng');
  const fob = new CoreFob();
  const lines: string[] = [];
  const watch = { trace: (line: string) => lines.push(line), record: traceToFile(path) };
  const client = connect(watched(fob.plugIn().transport, watch, () => 0));
  const given: Uint8Array[] = [];
  const random = (length: number) => {
    const bytes = secret(new Uint8Array(randomBytes(length)));
    given.push(bytes);
    return bytes;
  };
  const context = { ...workplace(fob).context, random };
  const found = { address: 'cable', client, hello: await client.hello() };
  await pair(context, found, { askCode: async () => fob.code });
  await enroll(context, { ...found, hello: await client.hello() }, parseOtpauth(URI));
  const file = readFileSync(path);
  const items = decoded(readTrace(file).records);
  const frames = items.filter(({ is }) => is.kind === 'frame' || is.kind === 'sealed');
  // `--trace` has a line for each frame, too, and leaves out the same ones.
  expect(frames).toHaveLength(lines.filter(line => !line.includes('left out')).length);
  const texts = items.map(itemText);
  expect(texts.some(text => text.includes('left out:'))).toBe(true);
  expect(texts.join('\n')).not.toContain('pairing code)');
  const all = file.toString('latin1');
  for (const bytes of given.filter(({ length }) => length >= 32)) {
    expect(all).not.toContain(Buffer.from(bytes).toString('latin1'));
    expect(all).not.toContain(Buffer.from(bytes).toString('base64').slice(0, 40));
  }
});

it('at the end of the program a trace gets what waits behind a frame without its end', () => {
  const path = join(temporaryFolder('connection'), 'trace.pcapng');
  const others = process.listeners('exit');
  const record = traceToFile(path);
  record('USB', 'out', '~AXs');
  record('USB', 'in', '~AXsBRU8jjg==\n');
  const shown = () => decoded(readTrace(readFileSync(path)).records).map(itemText);
  expect(shown()).toEqual([]);
  for (const end of process.listeners('exit')) if (!others.includes(end)) end(0);
  expect(shown()).toEqual([
    'left out: 4 bytes of a line without an end',
    expect.stringMatching(/^request .* hello/),
  ]);
});
