import type { ServiceOptions } from '@passfob/service/service';

/** When the administrator's console last showed its alerts to a person who is signed in. */
export interface AlertsShown {
  /** When the last request for them came, in milliseconds since 1970; 0 before the first. */
  readonly lastMs: number;
}

/** The first page of the console, which lists the open alerts. */
const DASHBOARD = '/operator';

/**
 * Follows the log of a service, which has a line for each request. Only a browser that is signed in gets the dashboard
 * with status 200; an open dashboard requests itself again after each change.
 *
 * @param now milliseconds since 1970, by the clock of the service
 */
export function watchAlertsShown(now: () => number) {
  let lastMs = 0;
  const log: NonNullable<ServiceOptions['log']> = (_level, message, fields = {}) => {
    const { method, route, status, ms } = fields;
    if (message !== 'request' || method !== 'GET' || route !== DASHBOARD || status !== 200) return;
    // The line comes after the page, which may lack the alerts that came while it was made.
    lastMs = Math.max(lastMs, now() - Number(ms));
  };
  const alertsShown: AlertsShown = {
    get lastMs() {
      return lastMs;
    },
  };
  return { alertsShown, log };
}
