import { consoleLimits } from '@passfob/service/base/limits/console';
import { expect } from 'vitest';
import { itNeeds } from '../../kit/tools.ts';
import { Premises } from '../serve/kit.ts';
import { during, formHead, manyParts, needsLinux, PARTS_TYPE, raw } from './kit.ts';

/** Processor time: reading such a form costs the service seconds, and not reading it next to nothing. */
const SPENT_MS = 2_500;
const GROWN_BYTES = 50 * 1_048_576;
const PIECE_BYTES = 65_536;
const STRANGERS_FORMS = [
  '/login',
  '/me/sign-in',
  '/me/enter',
  '/me/test',
  '/operator/sign-in',
  '/operator/prove',
  '/operator/leave',
  '/operator/import',
];

/** Sends a body in pieces until it is all sent or the service ends the connection. @returns the status of the answer */
async function sendForm(url: string, path: string, body: Buffer, length = body.length): Promise<number> {
  const connection = await raw(url);
  await connection.send(formHead(url, path, PARTS_TYPE, length));
  for (let at = 0; at < body.length; at += PIECE_BYTES)
    if (!(await connection.send(body.subarray(at, at + PIECE_BYTES)))) break;
  return length === body.length ? connection.answered() : connection.status;
}

itNeeds(
  needsLinux,
  'a stranger’s form of 247,000 files neither blocks the service nor uses up its memory',
  async () => {
    await using premises = new Premises();
    const { started, pid } = await premises.serve();
    const { url } = started;
    const body = manyParts(consoleLimits.uploadMaxBytes);
    const statuses: number[] = [];
    const { spentMs, grownBytes } = await during({ url, pid }, async () => {
      for (const path of STRANGERS_FORMS) statuses.push(await sendForm(url, path, body));
    });
    expect(statuses.filter(status => status !== 0 && status < 300)).toEqual([]);
    expect(spentMs).toBeLessThan(SPENT_MS);
    expect(grownBytes).toBeLessThan(GROWN_BYTES);
  },
);

itNeeds(needsLinux, '100 unfinished forms hold no memory of the service', async () => {
  await using premises = new Premises();
  const { started, pid } = await premises.serve();
  const { url } = started;
  const body = manyParts(consoleLimits.uploadMaxBytes).subarray(0, consoleLimits.uploadMaxBytes - 200);
  const { spentMs, grownBytes } = await during({ url, pid }, () =>
    Promise.all(Array.from({ length: 100 }, () => sendForm(url, '/login', body, body.length + 10))),
  );
  expect(spentMs).toBeLessThan(SPENT_MS);
  expect(grownBytes).toBeLessThan(GROWN_BYTES);
});
