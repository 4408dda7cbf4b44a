import type { FromFob } from '@passfob/demo/try/fob/messages';
import { receivedFrom } from '@passfob/demo/try/fob/received';
import { expect, it } from 'vitest';

const bitmap = { width: 2, height: 3, pixels: new Uint8Array(6) };
const screen = { powered: true, on: true, text: ['alice', '755 224'], bitmap };

it.each<FromFob>([
  { tell: 'ready', keys: 4 },
  { tell: 'screen', screen },
  { tell: 'screen', screen: { ...screen, bitmap: { ...bitmap, colours: new Uint8Array(6) } } },
  { tell: 'bytes', bytes: new Uint8Array(300) },
  { tell: 'time', nowMs: 1_767_225_600_000, behindMs: 0 },
  { tell: 'failed', why: 'the image never comes to rest' },
])('the try page takes a message of a worker: %j', message => {
  expect(receivedFrom(message)).toBe(message);
});

it.each<[unknown]>([
  [undefined],
  [null],
  ['ready'],
  [{ tell: 'constructor' }],
  [{ tell: 'ready' }],
  [{ tell: 'ready', keys: 1e9 }],
  [{ tell: 'ready', keys: '4' }],
  [{ tell: 'screen' }],
  [{ tell: 'screen', screen: { ...screen, text: 'alice' } }],
  [{ tell: 'screen', screen: { ...screen, text: Array(1_000).fill('') } }],
  [{ tell: 'screen', screen: { ...screen, bitmap: undefined } }],
  [{ tell: 'screen', screen: { ...screen, bitmap: { ...bitmap, width: 1e6 } } }],
  [{ tell: 'screen', screen: { ...screen, bitmap: { ...bitmap, height: 4 } } }],
  [{ tell: 'screen', screen: { ...screen, bitmap: { ...bitmap, colours: [] } } }],
  [{ tell: 'bytes', bytes: 'text' }],
  [{ tell: 'bytes', bytes: new Uint8Array(1e6) }],
  [{ tell: 'time', nowMs: Number.NaN, behindMs: 0 }],
  [{ tell: 'failed', why: { toString: () => '' } }],
])('the try page drops a message that is none of a worker: %j', message => {
  expect(receivedFrom(message)).toBeUndefined();
});
