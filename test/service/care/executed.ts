import { COMMANDS } from '@passfob/protocol/commands';
import type { CoreFob } from '../../unit/host/kit/core-fob.ts';

type Handler = (values: { readonly id?: Uint8Array }) => unknown;

/**
 * Counts the commands that a fob has executed since now, until it is started again: those that reached it inside a
 * session, and were not refused. A request that the fob recognises as repeated does not reach the handler.
 *
 * @returns the counts, by the command and the account's id in hexadecimal: `remove 07a1b2c3`, `setClock`
 */
export function executedBy(fob: CoreFob): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const handlers = Reflect.get(Reflect.get(fob, 'core') as object, 'commands') as Record<string, Handler>;
  for (const name of Object.keys(COMMANDS)) {
    const handler = handlers[name];
    if (handler === undefined) throw new Error(`the fob has no handler of ${name}`);
    handlers[name] = values => {
      const result = handler.call(handlers, values);
      // A number is a refusal, or says that the person is asked.
      if (typeof result === 'number') return result;
      const key = values.id === undefined ? name : `${name} ${Buffer.from(values.id).toString('hex')}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
      return result;
    };
  }
  return counts;
}
