import type { SimulatedFob } from '../../base/fob.ts';
import type { FobRecording, RecordedFacts } from './format.ts';
import { applyInput } from './inputs.ts';

/** Boots a new fob with a virtual clock. Throws if it has not got the recorded image. */
export type BootAgain = (facts: RecordedFacts) => SimulatedFob;

/** Plays a recording on a fob of its own, as far as the caller likes. */
export interface Replay {
  readonly recording: FobRecording;
  /** Inputs that the fob has got. */
  readonly played: number;
  /**
   * The fob after its first `count` inputs. A smaller count than before boots it again.
   * The fob belongs to the replay: read it, do not change it.
   */
  to(count: number): SimulatedFob;
  /** Releases the fob. */
  close(): void;
}

/** Boots the fob of a recording, with none of its inputs yet. */
export function replay(recording: FobRecording, bootAgain: BootAgain): Replay {
  const { facts, inputs } = recording;
  let fob = bootAgain(facts);
  let played = 0;
  return {
    recording,
    get played() {
      return played;
    },
    to(count) {
      if (!(Number.isInteger(count) && count >= 0 && count <= inputs.length)) {
        throw new Error(`the recording has ${inputs.length} inputs`);
      }
      if (count < played) {
        fob.close();
        fob = bootAgain(facts);
        played = 0;
      }
      for (const input of inputs.slice(played, count)) {
        const lateMs = input.at - (fob.now() - facts.startMs);
        if (lateMs > 0) fob.advance(lateMs);
        applyInput(fob, input);
        played++;
      }
      return fob;
    },
    close: () => fob.close(),
  };
}
