import { PART_NAMES } from '../../base/boards-and-parts.ts';
import { factsLine, inputLine } from '../../recording/replay/format.ts';
import { type ControlCommand, command } from './command.ts';
import { BadRequest, flag, hexBytes, oneOf, textUpTo, wholeNumber } from './fields.ts';
import { insideResult } from './inside.ts';
import {
  MAX_CRYPTO_CALLS_AHEAD,
  MAX_FILE_PART_BYTES,
  MAX_REPLAY_PART_CHARS,
  MAX_SUPPLY_MILLIVOLTS,
  PAIRING_KEY_BYTES,
} from './limits.ts';
import type { CommandResult } from './message.ts';
import type { ControlTarget } from './target.ts';

const ANY_PART = wholeNumber(0, Number.MAX_SAFE_INTEGER, 0);

/** Returns lines of the recording from one of them on, as many as one answer holds. */
function recordingPart({ recorder }: ControlTarget, from: number): CommandResult {
  if (recorder === undefined) {
    throw new BadRequest(
      'nothing is recorded: the fob is not a new one, was not started with --seed, or is a virtual board (--firmware)',
    );
  }
  const { facts, inputs } = recorder.recording();
  const lines = inputs.length + 1;
  let text = '';
  let next = from;
  for (; next < lines && text.length < MAX_FILE_PART_BYTES; next++) {
    const input = inputs[next - 1];
    text += input === undefined ? factsLine(facts) : inputLine(input);
  }
  return { text, next: next < lines ? next : null, unrepeatable: recorder.unrepeatable ?? null };
}

/** Commands for developers: wire, inside, faults of parts, and recordings of a running fob. */
export const developerCommands: Readonly<Record<string, ControlCommand>> = {
  inside: command({}, ({ target }) => insideResult(target)),
  observe: command({ what: oneOf('wire', 'inside') }, ({ observer }, { what }) => {
    observer.observe(what);
    return undefined;
  }),
  unobserve: command({ what: oneOf('wire', 'inside') }, ({ observer }, { what }) => {
    observer.unobserve(what);
    return undefined;
  }),
  traceKey: command({ key: hexBytes(PAIRING_KEY_BYTES) }, ({ observer }, { key }) => {
    observer.setKey(key);
    return undefined;
  }),
  traceFile: command({ from: ANY_PART }, ({ observer }, { from }) => observer.filePart(from)),
  setUsb: command({ plugged: flag }, ({ target }, { plugged }) => {
    target.fob.setUsb(plugged);
    return undefined;
  }),
  setSupply: command({ millivolts: wholeNumber(0, MAX_SUPPLY_MILLIVOLTS) }, ({ target }, { millivolts }) => {
    target.fob.setSupply(millivolts / 1_000);
    return undefined;
  }),
  setPart: command({ part: oneOf(...PART_NAMES), connected: flag }, ({ target }, { part, connected }) => {
    if (target.fob.inspect().parts === undefined) throw new BadRequest('this board has no parts to pull off');
    target.fob.setPart(part, connected);
    return undefined;
  }),
  failCrypto: command(
    { n: wholeNumber(1, MAX_CRYPTO_CALLS_AHEAD, 1), times: wholeNumber(1, MAX_CRYPTO_CALLS_AHEAD, 1) },
    ({ target }, { n, times }) => {
      target.fob.failCryptoCall(n, times);
      return { cryptoCalls: target.fob.cryptoCalls };
    },
  ),
  recording: command({ from: ANY_PART }, ({ target }, { from }) => recordingPart(target, from)),
  replayLoad: command({ text: textUpTo(MAX_REPLAY_PART_CHARS), last: flag }, ({ replays }, { text, last }) =>
    replays.load(text, last),
  ),
  replayTo: command(
    { input: wholeNumber(0, Number.MAX_SAFE_INTEGER), bitmap: oneOf('rows', 'pbm', 'none') },
    ({ replays }, { input, bitmap }) => replays.to(input, bitmap),
  ),
  replayEnd: command({}, ({ replays }) => {
    replays.close();
    return undefined;
  }),
};
