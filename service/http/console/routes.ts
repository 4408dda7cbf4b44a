import type { FastifyInstance } from 'fastify';
import { acts, lists, pagedLists } from '../../subjects/lists.ts';
import type { WebContext } from '../web/context.ts';
import { serveEntry } from './access/enter.ts';
import { serveProving } from './access/prove.ts';
import { serveSetUp } from './access/setup.ts';
import { serveSignIn, showSignIn } from './access/sign-in.ts';
import { serveActivationForms } from './activations/forms.ts';
import { serveBulk } from './batch/bulk.ts';
import { serveImport } from './batch/import.ts';
import { serveJobs } from './batch/jobs.ts';
import { serveFobBulk } from './fobs/bulk.ts';
import { serveFobDetail } from './fobs/detail.ts';
import { pagesAfterGiving } from './fobs/give.ts';
import { serveFobs } from './fobs/list.ts';
import { serveActs } from './kit/acts.ts';
import { serveExport, serveList, servePages } from './kit/lists.ts';
import { type ConsoleRouter, makeConsoleRouter } from './kit/router.ts';
import { serveMailOpening } from './mail/open.ts';
import { serveMailServer } from './mail/server.ts';
import { serveDashboard } from './overview/dashboard.ts';
import { serveAlerts } from './records/alerts.ts';
import { serveAuditVerification } from './records/audit.ts';
import { serveChannels } from './service/channels.ts';
import { serveSettings } from './service/settings.ts';
import { serveTokenDetail } from './tokens/detail.ts';
import { serveIssuing } from './tokens/issue.ts';
import { serveRepairAll } from './tokens/repair-all.ts';
import { serveCallerChecks } from './users/caller.ts';
import { serveUserDetail } from './users/detail.ts';
import { serveAssigning } from './users/forms.ts';

const subjects: readonly ((router: ConsoleRouter) => void)[] = [
  serveDashboard,
  serveSetUp,
  serveUserDetail,
  serveAssigning,
  serveCallerChecks,
  serveActivationForms,
  serveTokenDetail,
  serveRepairAll,
  serveIssuing,
  serveImport,
  serveJobs,
  serveBulk,
  router => serveActs(router, acts, pagesAfterGiving),
  ...lists.map(list => (router: ConsoleRouter) => serveList(router, list)),
  ...pagedLists.map(list => (router: ConsoleRouter) => servePages(router, list)),
  ...[...lists, ...pagedLists].map(list => (router: ConsoleRouter) => serveExport(router, list)),
  serveSettings,
  serveChannels,
  serveMailOpening,
  serveMailServer,
  serveAlerts,
  serveAuditVerification,
  serveFobs,
  serveFobDetail,
  serveFobBulk,
];

/** Serves the administrator's console, under `/operator`; complete without scripts. */
export function serveConsole(app: FastifyInstance, context: WebContext): void {
  const askIn = showSignIn(context);
  serveSignIn(app, context);
  serveProving(app, context, askIn);
  serveEntry(app, context, askIn);
  const router = makeConsoleRouter(app, context, askIn);
  for (const serve of subjects) serve(router);
}
