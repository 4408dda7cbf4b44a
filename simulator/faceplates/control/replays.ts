import { parseRecording } from '../../recording/replay/format.ts';
import { MAX_RECORDING_CHARS } from '../../recording/replay/limits.ts';
import { type Replay, replay } from '../../recording/replay/replay.ts';
import { BadRequest } from './fields.ts';
import type { BitmapForm, CommandResult } from './message.ts';
import { screenState } from './screen-feed.ts';
import { screenResult } from './screen-result.ts';
import type { ControlTarget } from './target.ts';

/** The replay of one connection: a recording arrives in parts, and is then played on a fob of its own. */
export class Replays {
  readonly #target: ControlTarget;
  #text = '';
  #replay: Replay | undefined;

  constructor(target: ControlTarget) {
    this.#target = target;
  }

  /** Takes the next part of a recording. After the last one the fob of the recording is booted. */
  load(part: string, isLast: boolean): CommandResult {
    const { bootAgain } = this.#target;
    if (bootAgain === undefined) throw new BadRequest('this simulator replays nothing');
    this.#replay?.close();
    this.#replay = undefined;
    const text = this.#text + part;
    this.#text = '';
    if (text.length > MAX_RECORDING_CHARS) throw new BadRequest('the file is too long for a recording');
    if (!isLast) {
      this.#text = text;
      return { chars: text.length };
    }
    const recording = parseRecording(text);
    this.#replay = replay(recording, bootAgain);
    const { facts, inputs } = recording;
    return {
      inputs: inputs.length,
      board: facts.board,
      seed: facts.seed,
      startMs: facts.startMs,
      lastMs: inputs.at(-1)?.at ?? 0,
    };
  }

  /** Plays the first `count` inputs. Returns the screen after them. */
  to(count: number, form: BitmapForm): CommandResult {
    const run = this.#replay;
    if (run === undefined) throw new BadRequest('no recording is loaded');
    const { inputs, facts } = run.recording;
    if (count > inputs.length) throw new BadRequest(`the recording has ${inputs.length} inputs`);
    const fob = run.to(count);
    const last = inputs[count - 1];
    return {
      input: count,
      atMs: fob.now() - facts.startMs,
      last: last === undefined ? null : last.do,
      ...screenResult(screenState(fob), form),
    };
  }

  close(): void {
    this.#replay?.close();
    this.#replay = undefined;
    this.#text = '';
  }
}
