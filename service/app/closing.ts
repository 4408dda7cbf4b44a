import type { FastifyInstance } from 'fastify';
import { processLimits } from '../base/limits/process.ts';

/** What is known once the service listens, and when it ends. */
export interface ListenerState {
  port: number;
  hosts: ReadonlySet<string> | undefined;
  isClosing: boolean;
}

/** Does something, and what undoes the steps before it where it fails. */
export async function orElse<T>(undo: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await undo();
    throw error;
  }
}

/** What ends a service: nothing new is heard, what is under way finishes, and then the rest goes. May be called again. */
export function closer(
  app: FastifyInstance,
  state: ListenerState,
  closeOthers: () => Promise<void>,
  end: () => Promise<void>,
): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => {
    closing ??= (async () => {
      state.isClosing = true;
      const cut = setTimeout(() => app.server.closeAllConnections(), processLimits.closingMs);
      await Promise.all([app.close(), closeOthers()]);
      clearTimeout(cut);
      await end();
    })();
    return closing;
  };
}
