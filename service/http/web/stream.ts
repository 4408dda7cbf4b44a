import { PassThrough } from 'node:stream';
import { webLimits } from '../../base/limits/web.ts';
import type { Changes } from '../../storage/database/changes.ts';
import { Problem } from './problems.ts';

/** Open event streams (server-sent events, HTML §9.2) that say "something changed" and nothing else. */
export interface ChangeStreams {
  /** @param lifeMs the rest of the watcher's session @throws Problem `too_many` */
  open(lifeMs: number): PassThrough;
  /** Ends all streams; otherwise a closing server waits for them. */
  end(): void;
}

/** Makes the event streams of one node's changes. */
export function makeChangeStreams(changes: Changes): ChangeStreams {
  const open = new Set<PassThrough>();
  return {
    open(lifeMs) {
      if (open.size >= webLimits.streamsMax) throw new Problem('too_many');
      const stream = new PassThrough();
      open.add(stream);
      let gathering: NodeJS.Timeout | undefined;
      const send = () => {
        gathering = undefined;
        stream.write('event: change\ndata:\n\n');
      };
      const stopWatching = changes.watch(() => {
        gathering ??= setTimeout(send, webLimits.streamGatherMs);
      });
      const heartbeat = setInterval(() => stream.write(':\n\n'), webLimits.streamHeartbeatMs);
      const sessionEnd = setTimeout(() => stream.end(), lifeMs);
      stream.once('close', () => {
        open.delete(stream);
        stopWatching();
        clearTimeout(gathering);
        clearInterval(heartbeat);
        clearTimeout(sessionEnd);
      });
      stream.write(':\n\n');
      return stream;
    },
    end() {
      for (const stream of open) stream.end();
    },
  };
}
