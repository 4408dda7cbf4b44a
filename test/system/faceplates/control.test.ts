import { once } from 'node:events';
import { statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type Duplex, PassThrough, type Readable, type Writable } from 'node:stream';
import type { SimulatedFob } from '@passfob/simulator/base/fob';
import { controlServer, controlStreams } from '@passfob/simulator/faceplates/control/jsonl';
import { MAX_REQUEST_BYTES } from '@passfob/simulator/faceplates/control/limits';
import type { ControlTarget } from '@passfob/simulator/faceplates/control/target';
import { tcpFront } from '@passfob/simulator/ports/tcp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { jsonLines } from '../../kit/started.ts';
import { bootTestFob, litPixels } from './kit.ts';

/** A person or a script at the other end of a control connection: asks, and hears the next message. */
function operator(input: Writable, output: Readable) {
  const hear = jsonLines(output);
  const ask = (request: unknown) => {
    input.write(`${typeof request === 'string' ? request : JSON.stringify(request)}\n`);
    return hear();
  };
  return { input, hear, ask };
}

function target(clock: 'virtual' | 'real' = 'virtual', more: Partial<ControlTarget> = {}): ControlTarget {
  return { fob: bootTestFob(clock), clock, fronts: [], quit() {}, ...more };
}

/** Control over streams, as over standard input and output. */
function control(on: ControlTarget) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const ended = controlStreams(on, input, output);
  return { ...operator(input, output), ended };
}

function everything(fob: SimulatedFob) {
  const { on, text, bitmap } = fob.screen();
  const pixels = Buffer.from(bitmap.pixels).toString('hex');
  return { powered: fob.powered, now: fob.now(), operations: fob.operations, on, text, pixels };
}

const KEYS = '"key" must be a whole number from 0 to 0';
const TIMES = '"heldMs" must be a whole number from 1 to 60000';

describe('malformed control requests', () => {
  it.each([
    ['no JSON', 'press', 'not JSON'],
    ['half a request', '{"id":1,"do":"press"', 'not JSON'],
    ['a list', '[{"do":"press"}]', 'a request is a JSON object'],
    ['a string', '"press"', 'a request is a JSON object'],
    ['null', 'null', 'a request is a JSON object'],
    ['nothing to do', { id: 1 }, /^"do" must be one of press, keyDown, /],
    ['something unknown to do', { do: 'explode' }, /^"do" must be one of /],
    ['the name of an inherited property', { do: 'constructor' }, /^"do" must be one of /],
    ['an id that is an object', { id: {}, do: 'press' }, /^"id" must be/],
    ['an id that is too long', { id: 'x'.repeat(65), do: 'press' }, /^"id" must be/],
    ['an unknown field', { do: 'press', heldMS: 5 }, 'unknown field; this command takes "key" and "heldMs"'],
    [
      'a field of a command without any',
      { do: 'cutPower', key: 0 },
      'unknown field; this command takes none',
    ],
    ['a key that is not there', { do: 'press', key: 1 }, KEYS],
    ['a key below the first', { do: 'keyDown', key: -1 }, KEYS],
    ['a key that is a string', { do: 'keyDown', key: '0' }, KEYS],
    ['a press of no time', { do: 'press', heldMs: 0 }, TIMES],
    ['half a millisecond', { do: 'press', heldMs: 0.5 }, TIMES],
    ['a press of an hour', { do: 'press', heldMs: 3_600_000 }, TIMES],
    ['no time to advance', { do: 'advance' }, /^"ms" must be a whole number from 0 to /],
    ['time going backward', { do: 'advance', ms: -1 }, /^"ms" must be a whole number from 0 to /],
    ['more time than there is', '{"do":"advance","ms":1e400}', /^"ms" must be a whole number from 0 to /],
    [
      'a picture of no known kind',
      { do: 'screen', bitmap: 'jpeg' },
      '"bitmap" must be one of rows, pbm, none',
    ],
    ['a key up that is not down', { do: 'keyUp' }, 'this key is not down'],
    ['power on twice', { do: 'powerOn' }, 'the power is on already'],
    ['a past operation', { do: 'cutPowerAtOperation', n: 0 }, /^"n" must be a whole number from 1 to /],
    ['a flat battery beside full power', { do: 'loseTime' }, /^the clock is fed while the power is on/],
    ['a cable that is not there', { do: 'unplug' }, 'nothing is plugged in'],
    [
      'too long a line',
      `{"do":"press"${' '.repeat(MAX_REQUEST_BYTES)}}`,
      /^a request is one line of at most/,
    ],
  ])('%s: the request is refused with the reason and changes nothing', async (_what, request, reason) => {
    const on = target();
    const before = everything(on.fob);
    const { ask } = control(on);
    const answer = await ask(request);
    expect(answer).toMatchObject({ ok: false });
    expect(answer.error).toEqual(typeof reason === 'string' ? reason : expect.stringMatching(reason));
    expect(everything(on.fob)).toEqual(before);
    expect(await ask({ id: 'next', do: 'now' })).toEqual({ id: 'next', ok: true, now: before.now });
  });

  it('a refused request is not quoted back, for it may hold a secret', async () => {
    const { ask } = control(target());
    expect(JSON.stringify(await ask('{"pin": 271828'))).not.toContain('271828');
    expect(JSON.stringify(await ask({ do: 'press', '314159': 1 }))).not.toContain('314159');
  });
});

describe('a fob under control', () => {
  it('control presses the button for the given time', async () => {
    const on = target();
    const { ask } = control(on);
    const start = on.fob.now();
    expect(await ask({ id: 1, do: 'press', key: 0, heldMs: 700 })).toEqual({ id: 1, ok: true });
    expect(on.fob.now() - start).toBeGreaterThanOrEqual(700);
    expect(on.fob.now() - start).toBeLessThan(800);
    const shown = { powered: true, on: true, text: ['UP', 'PRESSES 1'] };
    expect(await ask({ id: 2, do: 'screen', bitmap: 'none' })).toEqual({ id: 2, ok: true, ...shown });
  });

  it('control holds a key down until it is released', async () => {
    const on = target();
    const { ask } = control(on);
    await ask({ do: 'keyDown' });
    await ask({ do: 'advance', ms: 60 });
    expect(on.fob.screen().text).toEqual(['DOWN', 'PRESSES 0']);
    expect(await ask({ do: 'keyDown' })).toMatchObject({ ok: false, error: 'this key is down already' });
    expect(await ask({ do: 'press' })).toMatchObject({ ok: false, error: 'this key is down already' });
    await ask({ do: 'keyUp' });
    await ask({ do: 'advance', ms: 60 });
    expect(on.fob.screen().text).toEqual(['UP', 'PRESSES 1']);
  });

  it('the end of the connection releases the keys', async () => {
    const on = target();
    const { ask, input, ended } = control(on);
    await ask({ do: 'keyDown' });
    await ask({ do: 'advance', ms: 60 });
    input.end();
    await ended;
    on.fob.advance(60);
    expect(on.fob.screen().text).toEqual(['UP', 'PRESSES 1']);
  });

  it("control presses in real time where the fob's clock is real", async () => {
    const { ask, hear } = control(target('real'));
    await ask({ do: 'subscribe' });
    expect(await hear()).toMatchObject({ event: 'screen', text: ['UP', 'PRESSES 0'] });
    const heard: unknown[] = [];
    let message = await ask({ id: 'press', do: 'press', heldMs: 1_000 });
    for (; message.id !== 'press'; message = await hear()) heard.push(message.text);
    expect(message).toEqual({ id: 'press', ok: true });
    expect(heard).toContainEqual(['DOWN', 'PRESSES 0']);
    const refused = { ok: false, error: expect.stringMatching('time is real') };
    expect(await ask({ do: 'advance', ms: 1 })).toMatchObject(refused);
  });

  it('control shows the pixels as rows and as a PBM file', async () => {
    const on = target();
    const { ask } = control(on);
    const { width, height, pixels } = on.fob.screen().bitmap;
    const rows = (await ask({ do: 'screen' })).bitmap as { rows: string[] };
    expect(rows).toMatchObject({ width, height });
    expect(rows.rows.join('')).toBe(Array.from(pixels, lit => '.#'[lit]).join(''));
    expect(rows.rows.join('')).toContain('#');

    const { pbm } = (await ask({ do: 'screen', bitmap: 'pbm' })).bitmap as { pbm: string };
    const file = Buffer.from(pbm, 'base64');
    const header = `P4\n${width} ${height}\n`;
    expect(file.subarray(0, header.length).toString()).toBe(header);
    expect(litPixels(file.subarray(header.length), width, height)).toEqual(Array.from(pixels));
  });

  it('control sends each new screen to subscribers, until they unsubscribe', async () => {
    const { ask, hear } = control(target());
    await ask({ do: 'subscribe', bitmap: 'rows' });
    const first = { event: 'screen', text: ['UP', 'PRESSES 0'], bitmap: { width: 128 } };
    expect(await hear()).toMatchObject(first);
    await ask({ do: 'press' });
    expect(await hear()).toMatchObject({ event: 'screen', text: ['UP', 'PRESSES 1'] });
    await ask({ do: 'cutPower' });
    expect(await hear()).toMatchObject({ event: 'screen', powered: false, on: false });
    await ask({ do: 'unsubscribe' });
    await ask({ do: 'powerOn' });
    expect(await ask({ id: 1, do: 'now' })).toMatchObject({ id: 1 });
  });

  it('control cuts the power, at once or in a later operation, and the battery of the clock', async () => {
    const on = target();
    const { ask } = control(on);
    const operations = (await ask({ do: 'operations' })).operations as number;
    await ask({ do: 'press' });
    expect(await ask({ do: 'operations' })).toMatchObject({ operations: operations + 1 });
    expect(await ask({ do: 'cutPowerAtOperation', n: 2 })).toMatchObject({ ok: true });
    await ask({ do: 'press' });
    expect(on.fob.powered).toBe(true);
    await ask({ do: 'press' });
    expect(on.fob.powered).toBe(false);
    expect(await ask({ do: 'screen', bitmap: 'none' })).toMatchObject({ powered: false, on: false });
    expect(await ask({ do: 'cutPower' })).toMatchObject({ ok: false, error: 'the power is off already' });
    expect(await ask({ do: 'loseTime' })).toMatchObject({ ok: true });
    expect(await ask({ do: 'powerOn' })).toMatchObject({ ok: true });
    expect(on.fob.powered).toBe(true);
    expect(await ask({ do: 'cutPower' })).toMatchObject({ ok: true });
    expect(on.fob.powered).toBe(false);
  });

  it('control unplugs and replugs the fob', async () => {
    const fob = bootTestFob('virtual');
    const front = await tcpFront(fob.link);
    onTestFinished(() => front.close());
    const { ask } = control(target('virtual', { fob, fronts: [front] }));
    const host = connect(front.port, '127.0.0.1');
    await once(host, 'connect');
    const gone = once(host, 'close');
    expect(await ask({ do: 'unplug' })).toMatchObject({ ok: true });
    await gone;
    expect(await ask({ do: 'replug' })).toMatchObject({ ok: true });
    const again = connect(front.port, '127.0.0.1');
    again.write('x');
    fob.advance(1);
    await once(again, 'data');
    again.destroy();
  });

  it('control answers in order, and also requests from before the end of the input', async () => {
    const { input, hear, ended } = control(target('real'));
    input.end(['press', 'now', 'operations'].map(name => JSON.stringify({ id: name, do: name })).join('\n'));
    expect([await hear(), await hear(), await hear()]).toMatchObject([
      { id: 'press' },
      { id: 'now' },
      { id: 'operations' },
    ]);
    await ended;
  });

  it('control quits on request', async () => {
    let quits = 0;
    const { ask } = control(target('virtual', { quit: () => quits++ }));
    expect(await ask({ id: 7, do: 'quit' })).toEqual({ id: 7, ok: true });
    expect(quits).toBe(1);
  });
});

it('the control socket is for this user alone, serves several at once, and goes with the simulator', async () => {
  const path = join(temporaryFolder('control'), 'control');
  const server = await controlServer(target(), path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const sockets: Duplex[] = [connect(path), connect(path)];
  const [first, second] = sockets.map(socket => operator(socket, socket));
  expect(await first?.ask({ id: 1, do: 'press' })).toEqual({ id: 1, ok: true });
  expect(await second?.ask({ id: 1, do: 'screen', bitmap: 'none' })).toMatchObject({
    text: ['UP', 'PRESSES 1'],
  });
  const gone = sockets.map(socket => once(socket, 'close'));
  await server.close();
  await Promise.all(gone);
  expect(() => statSync(path)).toThrow('ENOENT');
});
