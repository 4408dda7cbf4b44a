import { commands } from './commands.ts';
import { BadRequest } from './fields.ts';
import { MAX_ID_CHARS, MAX_REQUEST_BYTES } from './limits.ts';
import type { BitmapForm, SendMessage } from './message.ts';
import { Observer } from './observe.ts';
import { Replays } from './replays.ts';
import { screenFeed } from './screen-feed.ts';
import { screenResult } from './screen-result.ts';
import type { ControlTarget } from './target.ts';

/** One connection of the control protocol: requests in, answers and events out through the given `send`. */
export interface ControlSession {
  /**
   * Runs one request and answers it. Call it again only after this one is done.
   * @param line JSON, without its newline; undefined for a line that was too long to keep.
   */
  receive(line: string | undefined): Promise<void>;
  /** Releases the keys held over this connection and ends its events. */
  close(): void;
}

/** Opens a session with `target`. */
export function openSession(target: ControlTarget, send: SendMessage): ControlSession {
  const heldKeys = new Set<number>();
  const observer = new Observer(target, send);
  const replays = new Replays(target);
  let endEvents: (() => void) | undefined;
  const subscribe = (form: BitmapForm | undefined) => {
    endEvents?.();
    endEvents =
      form && screenFeed(target.fob, state => send({ event: 'screen', ...screenResult(state, form) }));
  };
  return {
    async receive(line) {
      let id: Id = null;
      try {
        const request = parsed(line);
        id = idOf(request);
        const { id: _id, do: name, ...fields } = request;
        if (typeof name !== 'string' || !Object.hasOwn(commands, name)) {
          throw new BadRequest(`"do" must be one of ${Object.keys(commands).join(', ')}`);
        }
        const answer = await commands[name]?.({ target, heldKeys, subscribe, observer, replays }, fields);
        send({ id, ok: true, ...answer });
      } catch (error) {
        send({ id, ok: false, error: error instanceof Error ? error.message : String(error) });
      }
    },
    close() {
      subscribe(undefined);
      observer.close();
      replays.close();
      for (const key of heldKeys) target.fob.keyUp(key);
      heldKeys.clear();
    },
  };
}

type Id = string | number | null;

function parsed(line: string | undefined): Record<string, unknown> {
  if (line === undefined) throw new BadRequest(`a request is one line of at most ${MAX_REQUEST_BYTES} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // The parser's own message quotes the input, which may be private and does not belong in a log.
    throw new BadRequest('not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BadRequest('a request is a JSON object');
  }
  return value as Record<string, unknown>;
}

function idOf({ id = null }: Record<string, unknown>): Id {
  if (id === null || typeof id === 'number' || (typeof id === 'string' && id.length <= MAX_ID_CHARS))
    return id;
  throw new BadRequest(`"id" must be a number or a string of at most ${MAX_ID_CHARS} characters`);
}
