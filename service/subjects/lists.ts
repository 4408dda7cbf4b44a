import { audit } from './alerts/audit-list.ts';
import { changeKeptDays } from './alerts/kept-days.ts';
import { acknowledgeAlert } from './alerts/manage.ts';
import { apiKeys } from './api-keys/acts.ts';
import { applications } from './applications/acts.ts';
import { fobGivingActs } from './care/give.ts';
import { fobLifeActs } from './care/life.ts';
import { taskActs } from './care/task-acts.ts';
import { activationActs } from './enrolment/activations.ts';
import { activations } from './enrolment/list.ts';
import { groups, membershipActs } from './groups/acts.ts';
import { jobActs } from './jobs/jobs.ts';
import type { Act } from './kit/act.ts';
import type { List, PagedList } from './kit/list.ts';
import { mailServerActs } from './mail/acts.ts';
import { mailList } from './mail/list.ts';
import { channelActs } from './notify/manage.ts';
import { operators } from './operators/acts.ts';
import { checkCaller } from './push/callers/check.ts';
import { radiusClients } from './radius-clients/acts.ts';
import { tokenActs } from './tokens/acts.ts';
import { repairLastStep } from './tokens/codes/repair.ts';
import { resyncToken } from './tokens/codes/resync.ts';
import { temporaryCodeActs } from './tokens/codes/temporary-codes.ts';
import { tokens } from './tokens/list.ts';
import { policies } from './tokens/policies.ts';
import { userActs } from './users/acts.ts';
import { credentialActs } from './users/credentials/acts.ts';
import { users } from './users/list.ts';
import { changeSettings } from './users/settings.ts';
import { logIns } from './validation/list.ts';

/** The lists of all subjects that are read whole, with their acts. API and console serve them. */
export const lists: readonly List[] = [policies, groups, applications, radiusClients, apiKeys, operators];

/** The lists that are read in pages. */
export const pagedLists: readonly PagedList[] = [users, tokens, activations, logIns, audit, mailList];

/** The acts of subjects with lists of their own kind. API and console serve them. */
export const acts: readonly Act[] = [
  ...userActs,
  ...credentialActs,
  ...membershipActs,
  ...temporaryCodeActs,
  checkCaller,
  ...activationActs,
  ...tokenActs,
  resyncToken,
  repairLastStep,
  acknowledgeAlert,
  ...channelActs,
  ...mailServerActs,
  changeSettings,
  changeKeptDays,
  ...jobActs,
  ...Object.values(taskActs),
  ...fobLifeActs,
  ...fobGivingActs,
];
