import { isFobError } from 'passfob/errors';
import { FORMAT_NAMES } from 'passfob/formats/format-names';
import { administrationLimits } from '../../../base/limits/administration.ts';
import { credentialLimits } from '../../../base/limits/credentials.ts';
import { tokenLimits } from '../../../base/limits/tokens.ts';
import { done, refused } from '../../../base/results.ts';
import {
  count,
  list,
  named,
  nullable,
  object,
  oneOf,
  serviceText,
  type TypeOf,
  text,
  whole,
} from '../../../base/shapes.ts';
import type { Management } from '../../../storage/management.ts';
import { startImport } from '../../../subjects/jobs/bulk.ts';
import { jobShape } from '../../../subjects/jobs/jobs.ts';
import { draftsOfFiles } from '../../../subjects/tokens/import/from-files.ts';
import { draftsOfInventory, openInventoryFile } from '../../../subjects/tokens/import/from-inventory.ts';
import type { ImportDraft } from '../../../subjects/tokens/import/items.ts';
import { prepareImport } from '../../../subjects/tokens/import/plan.ts';
import { whileConnected } from '../../web/while-connected.ts';
import { type ApiRoute, route } from '../kit/route.ts';

const file = object({
  name: text(administrationLimits.importNameMax, { minLength: 1 }),
  content: text(administrationLimits.importBodyMaxBytes, {
    description: 'The file in base64 (RFC 4648 §4).',
    pattern: '^[A-Za-z0-9+/]*={0,2}$',
  }),
});
const body = object(
  {
    files: list(file, administrationLimits.importFilesMax),
    userFrom: oneOf('nobody', 'label', 'holder'),
  },
  {
    assumed: named(
      object(
        {},
        {
          type: oneOf('totp', 'hotp'),
          algorithm: oneOf('sha1', 'sha256', 'sha512'),
          digits: whole(tokenLimits.charactersMin, tokenLimits.digitsMax),
          period: whole(tokenLimits.periodMinSeconds, tokenLimits.periodMaxSeconds),
          encoding: oneOf('hex', 'base32'),
        },
      ),
      'ImportAssumptions',
    ),
    format: oneOf(...FORMAT_NAMES, 'inventory'),
    password: text(credentialLimits.passwordFieldMax, {
      description: 'The password of the files.',
    }),
    key: text(tokenLimits.seedTextMax, {
      description: 'The key of a PSKC file, in hexadecimal.',
      pattern: '^(?:[0-9A-Fa-f]{2})*$',
    }),
  },
);
const state = { ok: count, present: count, skipped: count, refused: count } as const;
const row = named(
  object({
    place: serviceText,
    serial: nullable(serviceText),
    user: nullable(serviceText),
    issuer: serviceText,
    label: serviceText,
    state: oneOf('ok', 'present', 'skipped', 'refused'),
    reason: serviceText,
    next: serviceText,
    warnings: list(serviceText),
  }),
  'ImportRow',
);
const example: TypeOf<typeof body> = {
  files: [
    {
      name: 'accounts.txt',
      content: Buffer.from('otpauth://totp/ada?secret=MFRGGZDFMZTWQ2LKNNWG23TPOA\n').toString('base64'),
    },
  ],
  userFrom: 'label',
};

export const importRoutes: readonly ApiRoute[] = [
  route({
    name: 'imports.plan',
    summary: 'Show the result of an import, row by row. Nothing is changed.',
    method: 'POST',
    path: '/v1/imports/plan',
    permission: 'token.import',
    body,
    example,
    bodyMaxBytes: administrationLimits.importBodyMaxBytes,
    answer: object({ counts: object(state), rows: list(row) }),
    refusals: ['bad_import'],
    handle: async ({ management, body: given, request }) => {
      const prepared = await whileConnected(request, gone => prepare(management, given, gone));
      return prepared.ok ? done({ counts: prepared.value.counts, rows: prepared.value.rows }) : prepared;
    },
  }),
  route({
    name: 'imports.start',
    summary: 'Start a job that imports the valid rows.',
    method: 'POST',
    path: '/v1/imports',
    permission: 'token.import',
    body,
    example,
    bodyMaxBytes: administrationLimits.importBodyMaxBytes,
    answer: jobShape,
    status: 201,
    refusals: ['bad_import', 'nothing_to_do', 'too_many_items'],
    handle: async ({ management, actor, body: given, request }) => {
      const prepared = await whileConnected(request, gone => prepare(management, given, gone));
      return prepared.ok ? startImport(management, actor, prepared.value) : prepared;
    },
  }),
];

async function prepare({ db, keys }: Management, given: TypeOf<typeof body>, signal: AbortSignal) {
  try {
    return done(await prepareImport(db, keys, await draftsOf(keys, given, signal)));
  } catch (error) {
    if (!isFobError(error, 'bad-input', 'cancelled')) throw error;
    // The readers' messages hold no secret.
    return refused('bad_import', `${error.message} ${error.next}`.trim());
  }
}

async function draftsOf(
  keys: Management['keys'],
  given: TypeOf<typeof body>,
  signal: AbortSignal,
): Promise<ImportDraft[]> {
  const { assumed = {}, format, password = '', key = '', userFrom } = given;
  const files = given.files.map(({ name, content }) => ({ name, bytes: Buffer.from(content, 'base64') }));
  try {
    if (format === 'inventory') {
      const drafts: ImportDraft[] = [];
      for (const { bytes } of files)
        drafts.push(...draftsOfInventory(await openInventoryFile(bytes, password), userFrom));
      return drafts;
    }
    const answers = { password: async () => password, key: async () => Buffer.from(key, 'hex') };
    const tools = { assumed, ...answers, signal };
    const options = { userFrom, ...(format !== undefined && { format }) };
    return await draftsOfFiles(keys, files, tools, options);
  } finally {
    for (const { bytes } of files) bytes.fill(0);
  }
}
