import { isFobError } from 'passfob/errors';
import { FILE_BYTES_MAX, PASSWORD_BYTES_MAX } from 'passfob/formats/base/limits';
import type { Assumed, ReadTools } from 'passfob/formats/base/row';
import { html } from '../../../base/html.ts';
import { consoleLimits } from '../../../base/limits/console.ts';
import { done, type Result, refused } from '../../../base/results.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { holdImport } from '../../../subjects/jobs/bulk.ts';
import type { JobView } from '../../../subjects/jobs/jobs.ts';
import { draftsOfFiles } from '../../../subjects/tokens/import/from-files.ts';
import { draftsOfInventory, openInventoryFile } from '../../../subjects/tokens/import/from-inventory.ts';
import type { ImportDraft, UserSource } from '../../../subjects/tokens/import/items.ts';
import { type PreparedImport, prepareImport } from '../../../subjects/tokens/import/plan.ts';
import type { FormField } from '../../web/fields.ts';
import { whileConnected } from '../../web/while-connected.ts';
import { formMarkup } from '../kit/form.ts';
import type { ConsolePage } from '../kit/layout.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import { type ConsoleRouter, refusedPage } from '../kit/router.ts';
import type { UploadedFile } from '../kit/upload.ts';
import { planPage } from './plan.ts';

const text = consoleTexts.imports;

/** Serves imports from a file: first a dry run of every row, then, after the operator's confirmation, a job. */
export function serveImport(router: ConsoleRouter): void {
  router.page('/import', 'token.import', async visit => uploadPage(visit));
  router.act(
    '/import',
    'token.import',
    async visit => {
      const read = await draftsOf(visit);
      if (!read.ok) return { ...uploadPage(visit, read.refusal), status: 422 };
      const { db, keys } = visit.management;
      const plan = await prepareImport(db, keys, read.value);
      const job = await held(visit, plan);
      if (job !== undefined && !job.ok) return refusedPage(job.refusal.code, at('/import'));
      router.context.changes.announce();
      return planPage(visit, plan, job?.value);
    },
    { bodyLimit: consoleLimits.uploadMaxBytes, takesFiles: true },
  );
}

function held(
  { management, actor }: ConsoleContext,
  plan: PreparedImport,
): Promise<Result<JobView>> | undefined {
  return plan.items.length === 0 ? undefined : holdImport(management, actor, plan);
}

function uploadPage(visit: ConsoleContext, refusal?: { code: string; text: string }): ConsolePage {
  return {
    title: refusal === undefined ? text.title : `${consoleTexts.problem}: ${text.title}`,
    heading: text.title,
    main: html`<p class="lead">${text.lead}</p>
${formMarkup(
  visit,
  { path: '/import', fields, submit: text.check, hasFile: true, back: at('/tokens') },
  refusal,
)}`,
  };
}

const fields: readonly FormField[] = [
  {
    name: 'file',
    label: text.file,
    hint: text.fileHint(FILE_BYTES_MAX / 1_048_576),
    kind: 'file',
    faults: ['bad_import_file', 'import_file_missing'],
  },
  {
    name: 'password',
    label: text.password,
    hint: text.passwordHint,
    kind: 'password',
    optional: true,
    max: PASSWORD_BYTES_MAX,
  },
  {
    name: 'assumed',
    label: text.assumed,
    hint: text.assumedHint,
    kind: 'select',
    options: text.assumptions,
    value: 'none',
  },
  { name: 'userFrom', label: text.userFrom, kind: 'select', options: text.userSources, value: 'nobody' },
];

/** Values that bare lists of seeds do not contain. */
const ASSUMED: ReadonlyMap<string, Assumed> = new Map<string, Assumed>([
  ['totp30', { type: 'totp', period: 30 }],
  ['totp60', { type: 'totp', period: 60 }],
  ['hotp', { type: 'hotp' }],
]);

async function draftsOf(visit: ConsoleContext) {
  const file = visit.file('file');
  if (file === undefined) return refused('import_file_missing');
  try {
    return done(await whileConnected(visit.request, gone => readDrafts(visit, file, gone)));
  } catch (error) {
    // The readers' messages about a file hold no secret.
    if (!isFobError(error, 'bad-input', 'cancelled')) throw error;
    const said = [error.message, error.next].filter(Boolean).join(' ');
    return refused('bad_import_file', said);
  } finally {
    file.bytes.fill(0);
  }
}

async function readDrafts(
  visit: ConsoleContext,
  file: UploadedFile,
  signal: AbortSignal,
): Promise<ImportDraft[]> {
  const password = visit.value('password');
  const userFrom = sourceOf(visit.value('userFrom'));
  const start = Buffer.from(file.bytes.subarray(0, 8)).toString('latin1');
  if (start === 'passfob ') return draftsOfInventory(await openInventoryFile(file.bytes, password), userFrom);
  const tools: ReadTools = {
    assumed: ASSUMED.get(visit.value('assumed')) ?? {},
    password: async () => password,
    // The same field also takes the key of a PSKC file, in hexadecimal.
    key: async () => new Uint8Array(Buffer.from(password.replace(/[\s:-]/g, ''), 'hex')),
    signal,
  };
  return draftsOfFiles(visit.management.keys, [file], tools, { userFrom });
}

function sourceOf(typed: string): UserSource {
  return typed === 'label' || typed === 'holder' ? typed : 'nobody';
}
