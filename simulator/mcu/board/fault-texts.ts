import { describeFault, type ProcessorFaultReport } from '../system/fault-report.ts';
import { FAULT_TEXTS_MAX } from './limits.ts';

/** Adds the text of a program's fault to those before, unless there are many. */
export function noteFault(texts: string[], report: ProcessorFaultReport): void {
  if (texts.length < FAULT_TEXTS_MAX) texts.push(describeFault(report));
}
