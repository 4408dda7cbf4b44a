import { ServiceError } from '../errors.ts';
import { limits } from '../limits.ts';
import { texts } from '../texts.ts';

/** Does a piece of work for a name when it is its turn. @throws ServiceError `busy`; what the work throws */
export type InTurn = <T>(name: string, work: () => Promise<T>) => Promise<T>;

interface Waiting {
  readonly name: string;
  readonly start: () => void;
}

/**
 * Lets few pieces of work through at once, those of one name one after another: they would wait for each other's rows
 * anyway, and for all connections to the database with that. That it is so for names that nobody has as well keeps them
 * from being told apart by how long many of one name take. Whoever floods one name is held up apart.
 */
export function makeTurns(): InTurn {
  const running = new Set<string>();
  const waiting: Waiting[] = [];

  const goOn = () => {
    while (running.size < limits.pushAsksAtOnce) {
      const next = waiting.findIndex(({ name }) => !running.has(name));
      if (next === -1) return;
      for (const { name, start } of waiting.splice(next, 1)) {
        running.add(name);
        start();
      }
    }
  };
  const isFull = (name: string) =>
    waiting.length >= limits.pushAsksWaiting ||
    (waiting.length >= limits.pushAsksWaitingOfOne &&
      waiting.filter(one => one.name === name).length >= limits.pushAsksWaitingOfOne);

  return async (name, work) => {
    if (isFull(name)) throw new ServiceError('busy', texts.startup.tooManyLogins);
    await new Promise<void>(start => {
      waiting.push({ name, start });
      goOn();
    });
    try {
      return await work();
    } finally {
      running.delete(name);
      goOn();
    }
  };
}
