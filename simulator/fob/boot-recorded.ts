import { bytesOfBase64 } from '../base/base64.ts';
import type { SimulatedFob } from '../base/fob.ts';
import { NotARecording, type RecordedFacts } from '../recording/replay/format.ts';
import { boot } from './boot.ts';

/**
 * Boots the fresh fob of a recording, with a virtual clock and the built image of its board.
 * @throws NotARecording if the recorded image was another one
 */
export function bootAgain(facts: RecordedFacts): SimulatedFob {
  const { board, espruino, seed, startMs, parts, crystal, image, faults } = facts;
  const files = Object.entries(facts.files).map(
    ([name, text]) => [name, bytesOfBase64(text) ?? new Uint8Array()] as const,
  );
  const fob = boot({
    board,
    espruino,
    seed,
    startMs,
    parts,
    faults,
    crystal,
    clock: 'virtual',
    files: Object.fromEntries(files),
    ...(image === '' ? { image: {} } : {}),
  });
  const present = fob.inspect().image;
  if (present === image) return fob;
  fob.close();
  throw new NotARecording(
    `the recording is of image ${image}, and this simulator has image ${present}: use the simulator that made it`,
  );
}
