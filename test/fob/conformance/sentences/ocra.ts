import { parseOcraSuite } from '@passfob/protocol/ocra-suite';
import { expect, it } from 'vitest';
import { OCRA_PIN, OCRA_UTC, OCRA_VECTORS, type OcraVector } from '../../../kit/ocra-vectors.ts';
import { secret } from '../../../kit/secrets.ts';
import { someOf } from '../driver.ts';
import { ascii, random } from '../owner.ts';
import { refused } from '../refused.ts';
import type { Stage } from '../stage.ts';

const KEY_BYTES = [0, 20, 32, 64];

/** Enrols for a suite and returns the id. */
async function putOcra(stage: Stage, text: string, key?: Uint8Array): Promise<Uint8Array> {
  const suite = parseOcraSuite(text);
  if (!suite) throw new Error('not a suite');
  const secretBytes = key ?? ascii('1234567890'.repeat(7).slice(0, KEY_BYTES[suite.algorithm]));
  return stage.owner.putOcra({ ...suite, issuer: ascii(''), secret: secretBytes });
}

/** Returns the hashes that a suite requires of the board: of the passcode, and of the PIN. */
function hashesOf(text: string): number[] {
  const suite = parseOcraSuite(text);
  return suite ? [suite.algorithm, (suite.inputs & 6) >> 1].filter(hash => hash > 0) : [];
}

/** Returns the vectors of each suite; vectors with a counter count from 0. */
function bySuite(): Map<string, OcraVector[]> {
  const suites = new Map<string, OcraVector[]>();
  for (const vector of OCRA_VECTORS) suites.set(vector.suite, [...(suites.get(vector.suite) ?? []), vector]);
  return suites;
}

/** Answers to questions. */
export function challenges(stage: Stage): void {
  it('a fob answers as RFC 6287 does, after an approval', { timeout: 1_800_000 }, async () => {
    for (const [text, vectors] of bySuite()) {
      if (!hashesOf(text).every(hash => stage.driver.algorithms.includes(hash))) {
        await refused(putOcra(stage, text), 'unsupported');
        continue;
      }
      if (stage.driver.hasShortRecords && text.includes('HOTP-SHA512')) {
        await refused(putOcra(stage, text), 'too-long');
        continue;
      }
      const id = await putOcra(stage, text);
      for (const { question, passcode } of someOf(stage.driver, vectors)) {
        const names = { service: ascii('rfc'), user: ascii('6287') };
        const request = { id, question: ascii(question), number: 42, ...names };
        if (text.endsWith('T1M')) await stage.owner.setClock(OCRA_UTC);
        const person = approving(stage, text);
        const renew = async () => {
          await person.next();
          return request;
        };
        const answer = await stage.owner.client.call('respond', request, { renew });
        expect(`${text} ${question} ${Buffer.from(answer.code).toString()}`).toBe(
          `${text} ${question} ${passcode}`,
        );
      }
      await stage.owner.client.call('remove', { id });
    }
  });

  denials(stage);
}

function denials(stage: Stage): void {
  it('a declined request gets no passcode, and the owner learns of a reported one', async () => {
    const id = await putOcra(stage, 'OCRA-1:HOTP-SHA1-6:QN08', secret(random(20)));
    const names = { service: ascii('Payroll'), user: ascii('alice') };
    const request = { id, question: ascii('12345678'), number: 255, ...names };
    const declining = async (report: boolean) => {
      await stage.driver.advance(800);
      await stage.driver.press();
      await stage.driver.advance(800);
      await stage.driver.press(report ? 1_200 : undefined);
    };
    const { client } = stage.owner;
    for (const [report, refusal] of [[false, 'press-denied'] as const, [true, 'press-reported'] as const]) {
      const onPressNeeded = () => void declining(report);
      await refused(client.call('respond', request, { onPressNeeded }), refusal);
    }
    await refused(client.call('respond', { ...request, question: ascii('1234567x') }), 'out-of-range');
    await stage.owner.client.call('remove', { id });
  });
}

/** Holds to approve, and enters the PIN that the suite hashes. */
async function* approving(stage: Stage, text: string): AsyncGenerator<void> {
  await stage.driver.advance(800);
  await stage.driver.press(1_200);
  yield;
  if (text.includes('-P')) yield* stage.owner.entering(OCRA_PIN);
}
