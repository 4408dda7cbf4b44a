import { MAX_REPLAY_PART_CHARS } from '../../control/limits.ts';
import type { ControlMessage, Requests } from '../../panels/channel.ts';
import { bytesOfBase64 } from './files.ts';

/** Fetches a file in parts: `next` of each answer is the `from` of the next one. */
async function partsOf(
  requests: Requests,
  name: string,
  take: (part: ControlMessage) => void,
): Promise<void> {
  for (let from: unknown = 0; from !== null; ) {
    const part = await requests.ask({ do: name, from });
    take(part);
    from = part.next ?? null;
  }
}

/** Returns the trace file of the latest records. */
export async function fetchTrace(requests: Requests): Promise<Blob> {
  const parts: BlobPart[] = [];
  await partsOf(requests, 'traceFile', ({ data }) => parts.push(bytesOfBase64(String(data))));
  return new Blob(parts);
}

/** Returns the text of the recording. */
export async function fetchRecording(requests: Requests): Promise<string> {
  let text = '';
  await partsOf(requests, 'recording', part => {
    text += String(part.text);
  });
  return text;
}

/** Gives a recording to the simulator, in parts. Returns the answer to the last one. */
export async function giveRecording(requests: Requests, text: string): Promise<ControlMessage> {
  let answer: ControlMessage = {};
  for (let from = 0; from === 0 || from < text.length; from += MAX_REPLAY_PART_CHARS) {
    const end = from + MAX_REPLAY_PART_CHARS;
    answer = await requests.ask({ do: 'replayLoad', text: text.slice(from, end), last: end >= text.length });
  }
  return answer;
}
