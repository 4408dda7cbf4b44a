import { ServiceError } from '../../base/errors.ts';
import { pushLimits } from '../../base/limits/push.ts';
import { texts } from '../../base/texts/texts.ts';

/** The key of a queued task: a prepared user name, and the source of the request. */
export interface QueueKey {
  readonly name: string;
  readonly source: string;
}

/** Runs a task when it is its turn. @throws ServiceError `busy`; errors that the task throws */
export type InTurn = <T>(whose: QueueKey, work: () => Promise<T>) => Promise<T>;

interface Waiting {
  readonly name: string;
  readonly start: () => void;
}

/**
 * Limits the tasks that run at once, and runs those of one name one after another: they would wait for each other's
 * rows anyway, and occupy all database connections meanwhile. This also applies to unknown names, so that timing does
 * not distinguish them. Sources are served round-robin: a flood of one name, or of many names from one source, delays
 * only itself.
 */
export function makePerUserQueue(): InTurn {
  const running = new Set<string>();
  /** By source, in round-robin order; no queue is empty. */
  const waiting = new Map<string, Waiting[]>();

  const next = (): Waiting | undefined => {
    for (const [source, queue] of waiting) {
      const at = queue.findIndex(({ name }) => !running.has(name));
      if (at === -1) continue;
      const [found] = queue.splice(at, 1);
      waiting.delete(source);
      if (queue.length > 0) waiting.set(source, queue);
      return found;
    }
    return undefined;
  };
  const goOn = () => {
    while (running.size < pushLimits.pushAsksAtOnce) {
      const found = next();
      if (found === undefined) return;
      running.add(found.name);
      found.start();
    }
  };
  const isFull = ({ name, source }: QueueKey) => {
    const all = [...waiting.values()].flat();
    return (
      all.length >= pushLimits.pushAsksWaiting ||
      (waiting.get(source)?.length ?? 0) >= pushLimits.pushAsksWaitingOfSource ||
      (all.length >= pushLimits.pushAsksWaitingOfOne &&
        all.filter(one => one.name === name).length >= pushLimits.pushAsksWaitingOfOne)
    );
  };

  return async (whose, work) => {
    const { name, source } = whose;
    if (isFull(whose)) throw new ServiceError('busy', texts.startup.tooManyLogins);
    await new Promise<void>(start => {
      const queue = waiting.get(source) ?? [];
      queue.push({ name, start });
      waiting.set(source, queue);
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
