import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Starts a process with a module. */
export const startWorker = (module: URL): ChildProcess => fork(fileURLToPath(module), [], { execArgv: [] });

/** Gives a process its work. @returns its answer @throws where it ends without one */
export async function answered<T>(child: ChildProcess, work: object): Promise<T> {
  child.send(work);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`a process ended with ${code}`);
  });
  // After the answer its end is intended.
  ended.catch(() => undefined);
  const [answer] = (await Promise.race([once(child, 'message'), ended])) as [T];
  return answer;
}
