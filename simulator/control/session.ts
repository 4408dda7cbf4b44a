import { type BitmapForm, type CommandResult, commands, screenResult } from './commands.ts';
import { BadRequest } from './fields.ts';
import { MAX_ID_CHARS, MAX_REQUEST_BYTES } from './limits.ts';
import { screenFeed } from './screen-feed.ts';
import type { ControlTarget } from './target.ts';

/** Sends one message; false when the other side does not keep up, and events should wait. */
export type SendMessage = (message: CommandResult) => boolean;

/** One connection of the control protocol: requests in, answers and events out by the `send` it was opened with. */
export interface ControlSession {
  /**
   * Does one request and answers it. The next is not to be given before this one is done.
   * @param line JSON, without its newline; undefined for one that was too long to keep.
   */
  receive(line: string | undefined): Promise<void>;
  /** Lets go of the keys held over this connection and ends its events. */
  close(): void;
}

/** Opens a session upon `target`. */
export function openSession(target: ControlTarget, send: SendMessage): ControlSession {
  const heldKeys = new Set<number>();
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
        const answer = await commands[name]?.({ target, heldKeys, subscribe }, fields);
        send({ id, ok: true, ...answer });
      } catch (error) {
        send({ id, ok: false, error: error instanceof Error ? error.message : String(error) });
      }
    },
    close() {
      subscribe(undefined);
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
    // The parser's own message quotes the input, which is the caller's business and not a log's.
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
