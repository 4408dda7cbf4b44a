import type { Role } from './kinds.ts';

const everyone: readonly Role[] = ['admin', 'helpdesk', 'auditor'];
const desk: readonly Role[] = ['admin', 'helpdesk'];
const admin: readonly Role[] = ['admin'];

/**
 * The actions, the roles that may take each, and whether the operator must have proved their identity a short while
 * ago (the help desk cannot issue or export). The API and the console both use this table.
 */
export const permissions = {
  read: { roles: everyone, dangerous: false },
  'audit.read': { roles: ['admin', 'auditor'], dangerous: false },
  'audit.verify': { roles: ['admin', 'auditor'], dangerous: false },
  'audit.rotate': { roles: admin, dangerous: true },
  'metrics.read': { roles: ['admin', 'auditor'], dangerous: false },
  'list.export': { roles: ['admin', 'auditor'], dangerous: true },
  'user.create': { roles: desk, dangerous: false },
  'user.change': { roles: desk, dangerous: false },
  'user.unlock': { roles: desk, dangerous: false },
  'user.disable': { roles: desk, dangerous: false },
  'user.enable': { roles: desk, dangerous: false },
  'user.set-password': { roles: admin, dangerous: true },
  'user.reset-pin': { roles: desk, dangerous: false },
  'user.check-caller': { roles: desk, dangerous: false },
  'group.change': { roles: admin, dangerous: true },
  'token.issue': { roles: admin, dangerous: true },
  'token.import': { roles: admin, dangerous: true },
  'token.assign': { roles: desk, dangerous: false },
  'token.unassign': { roles: desk, dangerous: false },
  'token.rename': { roles: desk, dangerous: false },
  'token.suspend': { roles: desk, dangerous: false },
  'token.reactivate': { roles: desk, dangerous: false },
  'token.revoke': { roles: desk, dangerous: true },
  'token.resync': { roles: desk, dangerous: false },
  'token.repair-last-step': { roles: admin, dangerous: true },
  'token.temporary-code': { roles: desk, dangerous: true },
  'fob.clock': { roles: desk, dangerous: false },
  'fob.reset-pin': { roles: desk, dangerous: true },
  'fob.lost': { roles: desk, dangerous: false },
  'fob.power-loss': { roles: desk, dangerous: false },
  'fob.found': { roles: desk, dangerous: false },
  'fob.policy': { roles: admin, dangerous: false },
  'fob.rename': { roles: admin, dangerous: false },
  'fob.order': { roles: admin, dangerous: false },
  'fob.remove-account': { roles: admin, dangerous: false },
  'fob.return': { roles: admin, dangerous: true },
  'fob.erase': { roles: admin, dangerous: true },
  'fob.retire': { roles: admin, dangerous: true },
  'fob.give': { roles: admin, dangerous: true },
  'activation.start': { roles: admin, dangerous: true },
  'activation.ask': { roles: desk, dangerous: false },
  'activation.resend': { roles: desk, dangerous: true },
  'activation.revoke': { roles: admin, dangerous: false },
  'policy.change': { roles: admin, dangerous: false },
  'settings.change': { roles: admin, dangerous: true },
  'application.change': { roles: admin, dangerous: true },
  'radius-client.change': { roles: admin, dangerous: true },
  'api-key.change': { roles: admin, dangerous: true },
  'operator.change': { roles: admin, dangerous: true },
  'mail.open': { roles: admin, dangerous: true },
  'mail.bounce': { roles: desk, dangerous: false },
  'alert.acknowledge': { roles: desk, dangerous: false },
  'job.run': { roles: admin, dangerous: true },
  'job.control': { roles: admin, dangerous: false },
} as const satisfies Record<string, { roles: readonly Role[]; dangerous: boolean }>;

export type Action = keyof typeof permissions;

/** Whether a role may do something at all. */
export function may(role: Role, action: Action): boolean {
  return (permissions[action].roles as readonly Role[]).includes(role);
}
