import { createCipheriv, randomBytes } from 'node:crypto';
import { decodeFrame, encodeFrame, FRAME_SEALED_REQUEST } from '@passfob/protocol/frame';
import { hostPrimitives } from 'passfob/client/primitives';
import { expect, it } from 'vitest';
import { begin, spread, withSpread } from './figures/record.ts';

const PAYLOADS = [16, 64, 128, 192];
const ROUNDS = 7;
const TURNS = 4_000;
const NONCE_BYTES = 13;
const TAG_BYTES = 8;

/** Returns the microseconds of processor time of one turn, for each round. */
function measure(work: () => unknown): number[] {
  for (let turn = 0; turn < TURNS; turn++) work();
  return Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    for (let turn = 0; turn < TURNS; turn++) work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / TURNS;
  });
}

function measured(bytes: number) {
  const [key, nonce, plain] = [randomBytes(16), randomBytes(NONCE_BYTES), randomBytes(bytes)];
  const sealed = hostPrimitives.seal(key, nonce, plain);
  const frame = encodeFrame(hostPrimitives, new Uint8Array([FRAME_SEALED_REQUEST, ...sealed]));
  const openSsl = () => {
    const cipher = createCipheriv('aes-128-ccm', key, nonce, { authTagLength: TAG_BYTES });
    return [cipher.update(plain), cipher.final(), cipher.getAuthTag()];
  };
  const text = frame.slice(1, -1);
  expect(decodeFrame(hostPrimitives, text)).toHaveLength(sealed.length + 1);
  return {
    'frame: encode and decode': measure(() => {
      encodeFrame(hostPrimitives, new Uint8Array([FRAME_SEALED_REQUEST, ...sealed]));
      return decodeFrame(hostPrimitives, text);
    }),
    'yardstick: Base64 of Node, there and back': measure(() =>
      Buffer.from(Buffer.from(sealed).toString('base64'), 'base64'),
    ),
    'record: seal and open on the host': measure(() =>
      hostPrimitives.open(key, nonce, hostPrimitives.seal(key, nonce, plain)),
    ),
    'yardstick: AES-128-CCM of OpenSSL, twice': measure(() => [openSsl(), openSsl()]),
  };
}

it('frames and records cost the host little, beside Base64 and AES of Node', () => {
  const record = begin('wire');
  const all = PAYLOADS.map(bytes => [bytes, measured(bytes)] as const);
  const names = Object.keys(all[0]?.[1] ?? {}) as (keyof ReturnType<typeof measured>)[];
  record({
    tables: [
      [
        ['processor time, µs', ...PAYLOADS.map(bytes => `${bytes} bytes`)].join(' | '),
        names.map(name => [name, ...all.map(([, one]) => withSpread(one[name], '', 1))]),
      ],
    ],
    plots: [
      {
        name: 'wire',
        title: 'Processor time of a frame and a record on the host',
        x: { label: 'bytes' },
        y: { label: 'microseconds' },
        series: names.map(name => ({ name, points: all.map(([x, one]) => ({ x, ...spread(one[name]) })) })),
      },
    ],
  });
});
