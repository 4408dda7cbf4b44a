import { ServiceError } from '../base/errors.ts';
import { noLog } from '../base/log.ts';
import { texts } from '../base/texts/texts.ts';
import { readLockPolicy } from '../features/users/settings.ts';
import { type ClosingEngine, makeEngine } from '../features/validation/engine.ts';
import type { Validator } from '../features/validation/request.ts';
import { startEngineThread } from '../features/validation/thread/engine-thread.ts';
import type { Store } from '../storage/database/database.ts';
import type { ServiceOptions } from './options.ts';

/** What decides log-ins: in this thread, or in one of its own with the same database and key file. @throws ServiceError */
export async function engineOf(
  options: ServiceOptions,
  store: Store,
  means: Omit<Validator, 'db' | 'lock'>,
): Promise<ClosingEngine> {
  const validator = { ...means, db: store.db, lock: readLockPolicy };
  const { directory, databaseUrl, decisionThread = false, log = noLog } = options;
  if (!decisionThread) return { ...makeEngine(validator), close: () => Promise.resolve() };
  const brokeOff = () => log('error', 'the thread that decides log-ins ended; another one takes its place');
  const check = () => {
    if (!store.areFilesHeld()) throw new ServiceError('database_lost', texts.startup.filesLost);
  };
  return await startEngineThread({ directory, databaseUrl }, { decided: validator.decided, check, brokeOff });
}
