import { credentialLimits } from '../../../base/limits/credentials.ts';
import { done } from '../../../base/results.ts';
import { described, object, serviceText, text } from '../../../base/shapes.ts';
import { confirmGiven, giveFob } from '../../../subjects/care/give.ts';
import { serialParams } from '../kit/params.ts';
import { type ApiRoute, route } from '../kit/route.ts';
import { lifeState } from './fobs.ts';

const state = { serial: serviceText, state: lifeState } as const;

export const fobGivingRoutes: readonly ApiRoute[] = [
  route({
    name: 'fobs.give',
    summary:
      'Write the keys of a fob without accounts into a file for another owner, encrypted with a password. From then on the service does nothing with the fob. After a lost answer, ask again.',
    method: 'POST',
    path: '/v1/fobs/:serial/give',
    permission: 'fob.give',
    params: serialParams,
    body: object({
      password: text(credentialLimits.passwordFieldMax, {
        description: 'Encrypts the file: 10 characters or more. Tell it the next owner apart from the file.',
      }),
    }),
    example: { password: 'four words of a sentence' },
    answer: object({
      ...state,
      file: described(
        serviceText,
        'The file for `passfob handover take`, or for the import of another service, in base64 (RFC 4648 §4).',
      ),
    }),
    refusals: [
      'bad_file_password',
      'unknown_fob',
      'bad_fob_state',
      'account_in_use',
      'accounts_left',
      'fob_in_care',
    ],
    handle: async ({ management, actor, params, body }) => {
      const given = await giveFob(management, actor, { ...params, ...body });
      return given.ok ? done({ ...given.value, file: given.value.file.toString('base64') }) : given;
    },
  }),
  route({
    name: 'fobs.given',
    summary: 'Confirm that another owner has taken over a fob: its keys are deleted here, for good.',
    method: 'POST',
    path: '/v1/fobs/:serial/given',
    permission: 'fob.give',
    params: serialParams,
    answer: object(state),
    refusals: ['unknown_fob', 'bad_fob_state'],
    handle: ({ management, actor, params }) => confirmGiven(management, actor, params),
  }),
];
