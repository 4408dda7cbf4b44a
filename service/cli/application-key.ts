import { promptsOn } from 'passfob/cli/base/prompts';
import type { Report } from 'passfob/cli/base/report';
import { printable, type Terminal } from 'passfob/cli/base/terminal';
import { FobError } from 'passfob/errors';
import type { Configuration } from '../app/configuration/configuration.ts';
import { serviceActor } from '../base/actor.ts';
import { serveTexts } from '../base/texts/serve.ts';
import { texts } from '../base/texts/texts.ts';
import { listApplications, rotateApplicationKey } from '../features/users/application-changes.ts';
import { LOGIN_APPLICATION } from '../features/users/applications.ts';
import { openStore } from '../storage/database/database.ts';
import { openKeyFile } from '../storage/sealing/key-file.ts';
import { valueIn } from './errors.ts';
import type { ApplicationKeyInvocation } from './invocation.ts';

/**
 * Gives an application another API key, on the database itself, and hands it out: there is nothing to show of the one it
 * has, since only its hash is kept. Asks first, because that one ends at once.
 *
 * @throws FobError `cancelled`, `usage` where nobody can be asked; ServiceError
 */
export async function applicationKey(
  { application = LOGIN_APPLICATION.name, yes }: ApplicationKeyInvocation,
  { directory, databaseUrl }: Configuration,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Report> {
  const keys = openKeyFile(directory, false);
  const store = await openStore({ directory, databaseUrl: databaseUrl ?? undefined });
  try {
    const applications = await listApplications(store.db);
    const found = applications.find(({ name }) => name === application);
    if (found === undefined) {
      const others = applications.filter(({ internal }) => !internal).map(({ name }) => name);
      throw new FobError('service', {
        sentence: texts.refusals.unknown_application,
        next: printable(serveTexts.applicationsThere(others)),
      });
    }
    if (!yes) await makeSure(serveTexts.applicationKeyAsk(application), terminal, signal);
    const management = { db: store.db, keys, clock: Date.now };
    const { value } = valueIn(await rotateApplicationKey(management, serviceActor, found.id));
    return {
      document: { application, apiKey: value },
      text: value,
      note: serveTexts.applicationKeyMade(application),
    };
  } finally {
    await store.close();
  }
}

async function makeSure(question: string, terminal: Terminal, signal: AbortSignal): Promise<void> {
  const prompts = promptsOn(terminal, signal);
  try {
    if (!(await prompts.confirm(question)))
      throw new FobError('cancelled', { sentence: serveTexts.applicationKeyKept });
  } finally {
    prompts.close();
  }
}
