import { makeSure, promptsOn } from 'passfob/cli/base/prompts';
import { type Report, reportOf } from 'passfob/cli/base/report';
import { printable } from 'passfob/cli/base/terminal';
import { FobError } from 'passfob/errors';
import { serviceActor } from '../base/actor.ts';
import { serveTexts } from '../base/texts/serve.ts';
import { texts } from '../base/texts/texts.ts';
import { listApplications, rotateApplicationKey } from '../subjects/applications/acts.ts';
import { LOGIN_APPLICATION } from '../subjects/applications/applications.ts';
import type { ConfiguredRecords } from './configured.ts';
import { valueIn } from './errors.ts';

interface ApplicationKeyOptions {
  /** Default: the first application. */
  readonly application: string | undefined;
  /** Whether to skip the question. */
  readonly yes: boolean;
}

/**
 * Replaces an application's API key in the database and prints the new one. The current key cannot be shown, because
 * only its hash is kept. Asks first, because the current key stops working at once.
 *
 * @throws FobError `cancelled`, `usage` if it cannot ask; ServiceError
 */
export async function applicationKey(
  { application = LOGIN_APPLICATION.name, yes }: ApplicationKeyOptions,
  { store, keys, terminal, signal }: ConfiguredRecords,
): Promise<Report> {
  const applications = await listApplications(store.db);
  const found = applications.find(({ name }) => name === application);
  if (found === undefined) {
    const others = applications.filter(({ internal }) => !internal).map(({ name }) => name);
    throw new FobError('service', {
      sentence: texts.refusals.unknown_application,
      next: printable(serveTexts.applicationsThere(others)),
    });
  }
  if (!yes) {
    const prompts = promptsOn(terminal, signal);
    try {
      await makeSure(prompts, serveTexts.applicationKeyAsk(application), serveTexts.applicationKeyKept);
    } finally {
      prompts.close();
    }
  }
  const management = { db: store.db, keys, clock: Date.now };
  const { value } = valueIn(await rotateApplicationKey(management, serviceActor, { id: found.id }));
  return reportOf({ application, apiKey: value }, value, serveTexts.applicationKeyMade(application));
}
