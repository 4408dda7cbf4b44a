import { BadRequest, type FieldReader } from './fields.ts';
import type { BitmapForm, CommandResult, RequestFields } from './message.ts';
import type { Observer } from './observe.ts';
import type { Replays } from './replays.ts';
import type { ControlTarget } from './target.ts';

/** The connection of a command, besides the target. */
export interface ControlConnection {
  readonly target: ControlTarget;
  /** Keys that this connection holds down. */
  readonly heldKeys: Set<number>;
  /** Starts events for each change of the screen, or ends them. */
  subscribe(form: BitmapForm | undefined): void;
  /** Events about the wire and the inside. */
  readonly observer: Observer;
  readonly replays: Replays;
}

/** Checks a request's fields, then runs the request. */
export interface ControlCommand {
  (connection: ControlConnection, fields: RequestFields): CommandResult | Promise<CommandResult>;
  /** Names of the fields that it takes. */
  readonly fields: readonly string[];
}

type Values<F> = { readonly [K in keyof F]: F[K] extends FieldReader<infer T> ? T : never };

/**
 * Makes a command of the control protocol.
 * @param shape how each field is read
 */
export function command<F extends Readonly<Record<string, FieldReader<unknown>>>>(
  shape: F,
  run: (
    connection: ControlConnection,
    values: Values<F>,
  ) => CommandResult | undefined | Promise<CommandResult | undefined>,
): ControlCommand {
  const checked = (connection: ControlConnection, fields: RequestFields) => {
    const stranger = Object.keys(fields).find(name => !Object.hasOwn(shape, name));
    if (stranger !== undefined) {
      const known = Object.keys(shape).map(name => `"${name}"`);
      throw new BadRequest(`unknown field; this command takes ${known.join(' and ') || 'none'}`);
    }
    const values = Object.fromEntries(
      Object.entries(shape).map(([name, check]) => [name, check(fields[name], name, connection.target)]),
    ) as Values<F>;
    const answer = run(connection, values);
    return answer instanceof Promise ? answer.then(given => given ?? {}) : (answer ?? {});
  };
  return Object.assign(checked, { fields: Object.keys(shape) });
}
