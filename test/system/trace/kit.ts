import { TraceDecoder, type TraceItem } from '@passfob/protocol/trace/decode';
import { NotATrace, TraceReader } from '@passfob/protocol/trace/read';
import type { TraceRecord } from '@passfob/protocol/trace/records';
import type { TraceKeys } from '@passfob/protocol/trace/sealed';
import { recordTrace, type TraceOptions } from '@passfob/simulator';
import { ascii, Owner } from '../../fob/conformance/owner.ts';
import { SimulatorDriver } from '../../fob/conformance/simulator-driver.ts';
import { secret } from '../../kit/secrets.ts';

export const SEED = secret(crypto.getRandomValues(new Uint8Array(20)));

export type Recorded = Awaited<ReturnType<typeof recordedConversation>>;

/**
 * Records a simulated pico from its first question on: pairing, an account, a passcode after a hold, a refusal. `ends` are the
 * lengths of the file after each record: what a killed process leaves.
 */
export async function recordedConversation(options: TraceOptions = {}) {
  const driver = new SimulatorDriver();
  const pieces: Uint8Array[] = [];
  const recording = recordTrace(driver.fob, bytes => pieces.push(bytes.slice()), options);
  const owner = new Owner(driver);
  await owner.pair();
  await owner.setClock(1_800_000_000);
  const id = await owner.put({ secret: SEED });
  const { code } = await owner.client.call('code', { id }, { onPressNeeded: owner.approve });
  await owner.client.call('code', { id: ascii('none') }).catch(() => undefined);
  await driver.reboot();
  recording.stop();
  driver.fob.close();
  let at = 0;
  const ends = pieces.map(piece => (at += piece.length));
  return { file: Buffer.concat(pieces), ends, owner, passcode: secret(Buffer.from(code).toString('latin1')) };
}

/** Reads a file in chunks of `size` bytes; `error` where it is no trace. */
export function readTrace(file: Uint8Array, size = 4_096) {
  const reader = new TraceReader();
  const records: TraceRecord[] = [];
  try {
    for (let at = 0; at < file.length; at += size) records.push(...reader.take(file.subarray(at, at + size)));
    reader.end();
    return { records, isCutOff: reader.isCutOff, error: undefined };
  } catch (error) {
    if (!(error instanceof NotATrace)) throw error;
    return { records, isCutOff: false, error };
  }
}

export function decoded(records: readonly TraceRecord[], keys?: TraceKeys): TraceItem[] {
  const decoder = new TraceDecoder(keys);
  return [...records.flatMap(record => decoder.take(record)), ...decoder.end()];
}
