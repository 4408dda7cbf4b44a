import { changeKeptDays } from '../../subjects/alerts/kept-days.ts';
import { acknowledgeAlert } from '../../subjects/alerts/manage.ts';
import { fobGivingActs } from '../../subjects/care/give.ts';
import { fobLifeActs } from '../../subjects/care/life.ts';
import { taskActs } from '../../subjects/care/task-acts.ts';
import { membershipActs } from '../../subjects/groups/acts.ts';
import { jobActs } from '../../subjects/jobs/jobs.ts';
import { lists, pagedLists } from '../../subjects/lists.ts';
import { checkCaller } from '../../subjects/push/callers/check.ts';
import { tokenActs } from '../../subjects/tokens/acts.ts';
import { repairLastStep } from '../../subjects/tokens/codes/repair.ts';
import { resyncToken } from '../../subjects/tokens/codes/resync.ts';
import { temporaryCodeActs } from '../../subjects/tokens/codes/temporary-codes.ts';
import { policies } from '../../subjects/tokens/policies.ts';
import { userActs } from '../../subjects/users/acts.ts';
import { credentialActs } from '../../subjects/users/credentials/acts.ts';
import { changeSettings } from '../../subjects/users/settings.ts';
import { logIns } from '../../subjects/validation/list.ts';
import { activationRoutes } from './identities/activations.ts';
import { callerRead } from './identities/callers.ts';
import { sessionRoutes } from './identities/session.ts';
import { userReads } from './identities/users.ts';
import { routeOfExport, routeOfPages, routesOfActs, routesOfList } from './kit/acts.ts';
import type { ApiRoute } from './kit/route.ts';
import { alertReads } from './records/alerts.ts';
import { auditRoutes } from './records/audit.ts';
import { channelRoutes } from './records/channels.ts';
import { mailRoutes } from './records/mail.ts';
import { keptDaysRead, settingsRead } from './records/settings.ts';
import { cancelRoute, fobRoutes } from './tokens/fobs.ts';
import { importRoutes } from './tokens/imports.ts';
import { jobRoutes } from './tokens/jobs.ts';
import { repairAllRoute, tokenRoutes } from './tokens/tokens.ts';

/** Every route of administration, in the order of the documentation. */
export const apiRoutes: readonly ApiRoute[] = [
  ...sessionRoutes,
  ...userReads,
  ...routesOfActs([...userActs, ...credentialActs, ...temporaryCodeActs, ...membershipActs]),
  ...routesOfActs([checkCaller]),
  callerRead,
  ...activationRoutes,
  ...tokenRoutes,
  ...routesOfActs([...tokenActs, resyncToken, repairLastStep]),
  repairAllRoute,
  ...routesOfList(policies),
  ...fobRoutes,
  ...routesOfActs(Object.values(taskActs)),
  cancelRoute,
  ...routesOfActs([...fobLifeActs, ...fobGivingActs]),
  ...importRoutes,
  ...jobRoutes,
  ...routesOfActs(jobActs),
  ...lists.filter(list => list !== policies).flatMap(routesOfList),
  ...alertReads,
  ...routesOfActs([acknowledgeAlert]),
  ...channelRoutes,
  ...mailRoutes,
  ...[...lists, ...pagedLists].map(routeOfExport),
  routeOfPages(logIns),
  ...auditRoutes,
  settingsRead,
  ...routesOfActs([changeSettings]),
  keptDaysRead,
  ...routesOfActs([changeKeptDays]),
];
